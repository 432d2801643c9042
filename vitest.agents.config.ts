import { defineConfig } from 'vitest/config';

// Real agents, installed outside the project. They take seconds each and want the machine alone.
export default defineConfig({
  test: {
    include: ['test/agents/**/*.test.ts'],
    testTimeout: 90_000,
    hookTimeout: 300_000,
    maxWorkers: 1,
    fileParallelism: false,
  },
});

import { defineConfig } from 'vitest/config';

const report = process.env['WATERWALL_TEST_REPORT'];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/agents/**', 'test/corpus/**', 'test/shots/**'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // Sockets, clocks and killed processes on a machine that others use too: once more, not oftener.
    retry: process.env['CI'] ? 1 : 0,
    ...(report ? { reporters: ['default', 'json'], outputFile: { json: report } } : {}),
  },
});

import { defineConfig } from 'vitest/config';

// The long run of the fuzz targets; a process of its own, whose coverage is the loop's to count.
export default defineConfig({
  test: { include: ['test/fuzz/long.fuzz.ts'], pool: 'forks', maxWorkers: 1 },
});

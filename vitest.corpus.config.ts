import { defineConfig } from 'vitest/config';

/** The long run over pinned public packages; needs the network once. */
export default defineConfig({ test: { include: ['test/corpus/**/*.test.ts'] } });

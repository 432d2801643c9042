import { defineConfig } from 'vitest/config';

/** `npm run shots`: pictures of every screen, into the folder that `SHOTS` names. */
export default defineConfig({
  test: { include: ['test/shots/**/*.test.ts'], testTimeout: 600_000 },
});

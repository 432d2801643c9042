import { expect, test } from 'vitest';
import { runBlocks } from './surroundings.ts';

const block = (line: number, text: string, more = {}) => ({
  line,
  text,
  notRun: undefined,
  exit: 0,
  ...more,
});

test('a block that fails is named; what follows it is not run', async () => {
  const { failure, output } = await runBlocks([
    block(3, 'export A=1'),
    block(7, 'test "$A" = 1 && false\necho after'),
    block(9, 'echo later'),
  ]);
  expect(failure).toMatch(/line 7 /);
  expect(output).not.toMatch(/after|later/);
});

test('an exit status is held to what the document says', async () => {
  expect((await runBlocks([block(1, 'exit 3', { exit: 3 }), block(5, 'true')])).failure).toBe(
    undefined,
  );
  expect((await runBlocks([block(1, 'true', { exit: 1 })])).failure).toMatch(/line 1 /);
  expect((await runBlocks([block(1, 'false', { notRun: 'a good reason' })])).failure).toBe(
    undefined,
  );
});

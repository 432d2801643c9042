import { describe, expect, test } from 'vitest';
import { inlineCommands, shellBlocks } from './blocks.ts';

describe('shellBlocks', () => {
  test('finds commands, why some are not run, and how others end', () => {
    const text = [
      'Text',
      '```sh',
      'one',
      'two',
      '```',
      '<!-- not run: it would stop this machine -->',
      '```bash',
      'halt',
      '```',
      '<!-- exit 1 -->',
      '   ```sh',
      '   scan',
      '   ```',
      '```yaml',
      'a: b',
      '```',
    ].join('\n');
    expect(shellBlocks(text)).toEqual([
      { line: 3, text: 'one\ntwo', notRun: undefined, exit: 0 },
      { line: 8, text: 'halt', notRun: 'it would stop this machine', exit: 0 },
      { line: 12, text: '   scan', notRun: undefined, exit: 1 },
    ]);
  });

  test.each([
    ['no language', '```\nrm x\n```'],
    ['an unknown one', '```fortran\nSTOP\n```'],
    ['no end', '```sh\nrm x'],
  ])('refuses a fence with %s', (_, text) => {
    expect(() => shellBlocks(text)).toThrow(/^line 1: /);
  });

  test('takes an empty reason for none', () => {
    expect(shellBlocks('<!-- not run: -->\n```sh\nx\n```')[0]?.notRun).toBeUndefined();
  });
});

describe('inlineCommands', () => {
  test('are found in prose, not in fences', () => {
    expect(
      inlineCommands('a `waterwall up --detach` b\n```sh\n`waterwall x`\n```\n`waterwall no`'),
    ).toEqual([
      { line: 1, words: ['up', '--detach'] },
      { line: 5, words: ['no'] },
    ]);
  });
});

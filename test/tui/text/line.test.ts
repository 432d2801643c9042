import { expect, test } from 'vitest';
import { beside, flow, hitting, type Line, lineWidth, span } from '../../../tui/text/line.ts';

const text = (line: Line): string => line.map((piece) => piece.text).join('');
const word = (value: string): Line => [span('text', value)];

test('blocks stand beside one another, as long as the longest', () => {
  const lines = beside(
    [
      { width: 3, lines: [word('a'), word('bcde')] },
      { width: 2, lines: [word('x')] },
    ],
    1,
  );
  expect(lines.map(text)).toEqual(['a   x ', 'bc\u2026   ']);
});

test('pieces flow over lines, and none is broken', () => {
  const lines = flow(['one', 'two', 'three', 'longerthanall'].map(word), 8, 1);
  expect(lines.map(text)).toEqual(['one two', 'three', 'longert\u2026']);
  expect(lines.every((line) => lineWidth(line) <= 8)).toBe(true);
  expect(flow([], 8, 1)).toEqual([]);
});

test('a click means the same on all of a line', () => {
  expect(hitting('k', [...word('a'), ...word('b')]).map(({ hit }) => hit)).toEqual(['k', 'k']);
});

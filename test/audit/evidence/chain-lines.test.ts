import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type PlacedLine, readLines } from '../../../lib/audit/evidence/chain-lines.ts';
import { MAX_LINE_BYTES } from '../../../lib/audit/leaf.ts';

const FROM = { seq: 0, segment: 0, offset: 0 };

async function linesOf(...texts: readonly string[]): Promise<PlacedLine[]> {
  const folder = mkdtempSync(join(tmpdir(), 'waterwall-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const segments = texts.map((text, first) => {
    const path = join(folder, String(first));
    writeFileSync(path, text);
    return { path, name: String(first), first };
  });
  const lines: PlacedLine[] = [];
  for await (const some of readLines(segments, FROM)) lines.push(...some);
  return lines;
}

test('lines have their places, and what follows the last newline is none', async () => {
  const lines = await linesOf('one\ntwo\nthr', 'four\n');
  expect(lines.map(({ bytes, ...at }) => [bytes.toString(), at])).toEqual([
    ['one', { seq: 0, segment: 0, offset: 0 }],
    ['two', { seq: 1, segment: 0, offset: 4 }],
    ['four', { seq: 2, segment: 1, offset: 0 }],
  ]);
});

test('what is longer than a line is not collected: it is the last that is given', async () => {
  const lines = await linesOf(`one\n${'x'.repeat(4 * 1024 * 1024)}\n`, 'next\n');
  expect(lines.map(({ seq }) => seq)).toEqual([0, 1]);
  expect(lines[1]?.bytes.length).toBeGreaterThan(MAX_LINE_BYTES);
  expect(lines[1]?.bytes.length).toBeLessThan(1024 * 1024);
});

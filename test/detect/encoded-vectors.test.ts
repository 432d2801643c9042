import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { PATTERNS } from '../../lib/detect/patterns.ts';
import { compileScanner } from '../../lib/detect/scanner.ts';
import { randomFrom } from './random.ts';

interface Vector {
  readonly description: string;
  readonly before: string;
  /** `{TYPE}` is a secret made up for this run. */
  readonly plain: string;
  /** Encodings, innermost first; a text with `%` in it is put around what was encoded so far. */
  readonly encode: readonly string[];
  /** Characters of a line; none: all on one. */
  readonly width?: number;
  /** Before each line; `{n}` is its number. */
  readonly prefix?: string;
  /** Between the lines, where that is no line end as it is. */
  readonly newline?: string;
  readonly after: string;
  readonly type: string;
  /** One span over the encoded text, or none of the lines with the secret outside of spans. */
  readonly expect: 'whole' | 'lines';
}

const folder = fileURLToPath(new URL('../vectors/encoded/', import.meta.url));
const scanner = compileScanner({ patterns: [], allow: [], disable: [] });

function example(type: string): string {
  const pattern = PATTERNS.find((one) => one.type === type);
  if (pattern === undefined) throw new Error(`no type is called ${type}`);
  return pattern.example(randomFrom(5)).trimEnd();
}

function encoded({ plain, encode }: Vector): string {
  const text = plain
    .replace('{40}', 'q8Zr2mVx71pL0sKd94TbW5yHn3GcJfXe6AuQiMvR')
    .replace(/\{([A-Z_]+)\}/g, (_, type: string) => example(type));
  return encode.reduce(
    (inner, step) =>
      step.includes('%')
        ? step.replace('%', inner)
        : Buffer.from(inner).toString(step as BufferEncoding),
    text,
  );
}

describe.each(readdirSync(folder).sort())('%s', (file) => {
  const vector = JSON.parse(readFileSync(`${folder}${file}`, 'utf8')) as Vector;

  it(vector.description, () => {
    const { before, after, width = Number.POSITIVE_INFINITY } = vector;
    const { prefix = '', newline = '\n', type } = vector;
    const text = encoded(vector);
    const lines =
      width < text.length ? (text.match(new RegExp(`.{1,${width}}`, 'g')) ?? []) : [text];
    const shown = lines.map((line, i) => prefix.replace('{n}', String(i + 1)) + line).join(newline);
    const bytes = Buffer.from(`${before}${shown}${after}`);
    const { spans } = scanner.scan({ bytes });
    expect(new Set(spans.map((span) => span.type))).toContain(type);
    if (vector.expect === 'whole') {
      const start = Buffer.byteLength(before);
      expect(spans).toMatchObject([{ start, end: start + text.length }]);
      return;
    }
    // What is left, put together again, holds nothing of it.
    let rest = bytes.toString('latin1');
    for (const { start, end } of [...spans].reverse())
      rest = rest.slice(0, start) + rest.slice(end);
    const left = lines.filter((line) => rest.includes(line)).join('');
    const encoding = vector.encode[0] as BufferEncoding;
    expect(scanner.scan({ bytes: Buffer.from(left, encoding) }).spans).toEqual([]);
    expect(spans.length).toBeGreaterThan(0);
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compileScanner } from '../../lib/detect/scanner.ts';

/** What a tool prints of a file with a made-up secret. */
interface Vector {
  readonly description: string;
  readonly lines: readonly string[];
  /** The lines that show a part of the secret. */
  readonly secret: readonly number[];
}

const folder = fileURLToPath(new URL('../vectors/dumps/', import.meta.url));
const scanner = compileScanner({ patterns: [], allow: [], disable: [] });
const SIGN = '\u0001';

/** How an agent's tool shows lines: what it puts before each of them. */
const PREFIXES: readonly (readonly [name: string, prefix: (line: number) => string])[] = [
  ['as they are', () => ''],
  ['cat -n', (line) => `${String(line).padStart(6)}\t`],
  ['an arrow', (line) => `${String(line).padStart(6)}→`],
  ['a colon', (line) => `${line}: `],
  ['a bar', (line) => `${line}|`],
  ['grep', (line) => `docs/dump-${line}.txt:${line}:`],
  ['a diff', () => '+'],
  ['a quotation', () => '> '],
];

/** The documents in which they stand, and how many layers of escaping are known to lie over them. */
const DOCUMENTS: readonly (readonly [
  name: string,
  depth: number,
  write: (text: string) => string,
  read: (source: string) => string,
])[] = [
  ['text', 0, String, String],
  [
    'text with CRLF',
    0,
    (text) => text.replaceAll('\n', '\r\n'),
    (text) => text.replaceAll('\r', ''),
  ],
  ['JSON', 1, JSON.stringify, JSON.parse],
  [
    'JSON as Python writes it',
    1,
    (text) => JSON.stringify(text).replace(/[^\0-\x7f]/g, unicode),
    JSON.parse,
  ],
  [
    'JSON as Go writes it',
    1,
    (text) => JSON.stringify(text).replace(/[<>&]/g, unicode),
    JSON.parse,
  ],
  ['JSON in JSON', 2, twice, (source) => JSON.parse(JSON.parse(source)).out],
  ['JSON in JSON, of which nobody knows', 1, twice, (source) => JSON.parse(JSON.parse(source)).out],
  ['JSON in text', 0, JSON.stringify, JSON.parse],
];

function unicode(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function twice(text: string): string {
  return JSON.stringify(JSON.stringify({ out: text }));
}

describe.each(readdirSync(folder).sort())('%s', (file) => {
  const vector = JSON.parse(readFileSync(`${folder}${file}`, 'utf8')) as Vector;
  const { lines, secret } = vector;

  it.each(
    DOCUMENTS.flatMap(([document, depth, write, read]) =>
      PREFIXES.map(([name, prefix]) => [document, name, depth, write, read, prefix] as const),
    ),
  )(`${vector.description}, in %s, %s`, (_document, _name, depth, write, read, prefix) => {
    const before = 'the file:\n';
    const shown = lines.map((line, i) => `${prefix(i + 1)}${line}`);
    const bytes = Buffer.from(write(`${before}${shown.join('\n')}\n`));
    const { spans } = scanner.scan({ bytes, depthAt: () => depth });
    let rest = bytes.toString('latin1');
    for (const { start, end, type } of [...spans].reverse()) {
      expect(type).toBe('GITHUB_TOKEN');
      rest = `${rest.slice(0, start)}${SIGN}${rest.slice(end)}`;
    }
    const left = read(Buffer.from(rest, 'latin1').toString().replaceAll(SIGN, '\u2007'));
    // The second row of a line that is shown twice goes with the first one.
    const second = (i: number): boolean =>
      secret.includes(i) && lines[i]?.startsWith('    ') === true;
    const expected = shown.flatMap((line, i) => {
      if (!secret.includes(i)) return [line];
      const offset = /^.?[0-9a-fA-F]+:? */.exec(lines[i] as string)?.[0] ?? '';
      return second(i) ? [] : [`${prefix(i + 1)}${offset}\u2007`];
    });
    expect(left).toBe(`${before}${expected.join('\n')}\n`);
  });
});

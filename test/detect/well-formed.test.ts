import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isJson } from '../../lib/detect/well-formed.ts';
import { parseJson } from '../../lib/json/parse.ts';

const parses = (text: string): boolean => parseJson(Buffer.from(text)) !== undefined;
const reads = (text: string): boolean => isJson(Buffer.from(text));

const LEXEMES = [
  ...['{', '}', '[', ']', ',', ':', '"', '\\', 'u00e9', 'u12', 'n', ' ', '\n', '\t', '\u0001', 'é'],
  ...['true', 'false', 'null', 'tru', '0', '1', '-', '+', '.', 'e', 'E', '12', '{"a":', '"b"', ''],
];

test('agrees with the parser on sequences of lexemes', () => {
  const texts = fc.array(fc.constantFrom(...LEXEMES), { maxLength: 12 });
  fc.assert(
    fc.property(texts, (parts) => reads(parts.join('')) === parses(parts.join(''))),
    { numRuns: 20_000 },
  );
});

test('agrees with the parser on documents and on documents with one byte changed', () => {
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.nat(),
      fc.integer({ min: 0x20, max: 0x7e }),
      (value, at, byte) => {
        const bytes = Buffer.from(JSON.stringify(value, null, at % 3));
        expect(isJson(bytes)).toBe(true);
        bytes[at % bytes.length] = byte;
        expect(isJson(bytes)).toBe(parseJson(bytes) !== undefined);
      },
    ),
    { numRuns: 2000 },
  );
});

test.each([511, 512, 513, 514])('agrees with the parser on arrays %i deep', (depth) => {
  const empty = '['.repeat(depth) + ']'.repeat(depth);
  const full = `${'['.repeat(depth)}1${']'.repeat(depth)}`;
  expect([reads(empty), reads(full)]).toEqual([parses(empty), parses(full)]);
});

test('reads on where the bytes of one chunk end', () => {
  for (let length = 262_060; length < 262_100; length++) {
    const text = `{"a":"${'x'.repeat(length)}\\u00e9","b":[-1.5e+3,true]}`;
    expect(reads(text)).toBe(true);
    expect(reads(text.slice(0, -1))).toBe(false);
  }
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PATTERNS } from '../../lib/detect/patterns.ts';
import { compileScanner } from '../../lib/detect/scanner.ts';
import { randomFrom } from './random.ts';

const scanner = compileScanner({ patterns: [], allow: [], disable: [] });
const tokens = PATTERNS.filter(({ shapes }) => shapes.length > 0);

const token = fc
  .tuple(fc.constantFrom(...tokens), fc.nat())
  .map(([pattern, seed]) => pattern.example(randomFrom(seed)));
const noise = fc.oneof(
  fc.constantFrom(
    '\n',
    '\t',
    '"',
    '\\',
    ' ',
    ': ',
    '=',
    'é',
    '密',
    '\u001b[32m',
    '→',
    '{"a":"',
    '"}',
    '\r\n',
    '😀',
    ', ',
  ),
  fc.string({ unit: 'binary', maxLength: 5 }),
);
const leaf = fc
  .array(fc.tuple(noise, token, noise), { maxLength: 4 })
  .map((parts) => parts.flat().join(''));

/** The secrets in a text, decoded as often as their spans say. */
function secrets(text: string, depth: number): string[] {
  const bytes = Buffer.from(text);
  return scanner.scan({ bytes, depthAt: () => depth }).spans.map((span) => {
    const found = bytes.subarray(span.start, span.end).toString();
    return `${span.type} ${found}`;
  });
}

const ascii = (json: string): string =>
  json.replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

describe('a scan of raw JSON', () => {
  it('finds what a scan of its strings finds, at every depth', () => {
    fc.assert(
      fc.property(leaf, (text) => {
        const expected = secrets(`${text}.`, 0);
        let json = `${text}.`;
        for (let depth = 1; depth <= 3; depth++) {
          json = JSON.stringify(json);
          expect(secrets(json, depth)).toEqual(expected);
          expect(secrets(ascii(json), depth)).toEqual(expected);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('knows a token by itself, whatever stands before it', () => {
    const key = `sk-ant-${'api03'}-${'aB3_'.repeat(12)}`;
    expect(secrets(`Bearer ${key}. `, 0)).toEqual([`ANTHROPIC_KEY ${key}`]);
    expect(secrets(`https://u:${key}@host `, 0)).toEqual([`ANTHROPIC_KEY ${key}`]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OffsetMap } from '../../lib/json/offset-map.ts';
import { type JsonNode, parseJson } from '../../lib/json/parse.ts';
import { decodeEscapes } from '../../lib/json/text.ts';

/** Of each byte and of the end; the order of the questions must not matter. */
function offsets(origin: OffsetMap, bytes: Uint8Array): number[] {
  const all = Array.from({ length: bytes.length + 1 }, (_, i) => i);
  const backward = [...all].reverse().map((i) => origin.at(i));
  const forward = all.map((i) => origin.at(i));
  expect(forward).toEqual(backward.reverse());
  return forward;
}

/** The value that a tree stands for. */
function valueIn(node: JsonNode, bytes: Buffer): unknown {
  switch (node.kind) {
    case 'string':
      return JSON.parse(`"${bytes.toString('utf8', node.start, node.end)}"`);
    case 'scalar':
      return JSON.parse(bytes.toString('utf8', node.start, node.end));
    case 'array':
      return node.items.map((item) => valueIn(item, bytes));
    case 'object':
      return Object.fromEntries(
        node.members.map(({ key, value }) => [valueIn(key, bytes), valueIn(value, bytes)]),
      );
  }
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('parseJson', () => {
  it('finds in every document what JSON.parse finds', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2, '\t\r\n '), (value, indent) => {
        const bytes = Buffer.from(JSON.stringify(value, undefined, indent));
        const root = parseJson(bytes);
        expect(root).toBeDefined();
        expect(valueIn(root as JsonNode, bytes)).toEqual(JSON.parse(bytes.toString()));
      }),
    );
  });

  it('accepts a text if and only if JSON.parse does', () => {
    const piece = fc.constantFrom(
      ...['{', '}', '[', ']', ':', ',', '"', '\\', '\\"', '\\u00e9', '\\ud83d', '\\x', '\\u12'],
      ...['a', ' ', '\n', '\u000b', '\u0001', 'é', '0', '-', '01', '1.5', '1.', '.5', 'e3', 'E+'],
      ...['true', 'false', 'null', 'nul', 'NaN', '"a"', '"a":', '[]', '{}', '\ufeff', '1e400'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 7 }), (pieces) => {
        const text = pieces.join('');
        expect(parseJson(Buffer.from(text)) !== undefined).toBe(isJson(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('keeps duplicate members and bounds strings between their quotes', () => {
    const bytes = Buffer.from(' {"a":"x","a":"\\n"} ');
    const root = parseJson(bytes);
    expect(root).toMatchObject({
      kind: 'object',
      start: 1,
      end: 19,
      members: [
        { key: { start: 3, end: 4 }, value: { start: 7, end: 8, escaped: false } },
        { key: { start: 11, end: 12 }, value: { start: 15, end: 17, escaped: true } },
      ],
    });
  });

  it('takes documents of 512 levels and no deeper ones', () => {
    const nested = (levels: number): Buffer => Buffer.from('['.repeat(levels) + ']'.repeat(levels));
    expect(parseJson(nested(512))).toBeDefined();
    expect(parseJson(nested(514))).toBeUndefined();
    expect(parseJson(nested(1_000_000))).toBeUndefined();
  });
});

describe('decodeEscapes', () => {
  it('decodes what JSON.stringify and ASCII-only encoders write', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (text, ascii) => {
        const source = JSON.stringify(text).slice(1, -1);
        const written = ascii
          ? source.replace(
              /[^ -~]/g,
              (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
            )
          : source;
        const { bytes } = decodeEscapes(Buffer.from(written));
        expect(Buffer.from(bytes).toString('utf8')).toBe(text);
      }),
    );
  });

  it('says of every byte where it came from', () => {
    const raw = Buffer.from('a\\n\\u00e9b\\ud83d\\ude00');
    const { bytes, origin } = decodeEscapes(raw);
    expect(Buffer.from(bytes).toString('utf8')).toBe('a\né' + 'b😀');
    expect(offsets(origin, bytes)).toEqual([0, 1, 3, 3, 9, 10, 10, 10, 10, 22]);
  });

  it.each([
    ['a lone backslash', '\\'],
    ['an unknown escape', '\\x41'],
    ['an escape that is cut', '\\u00e'],
    ['no hex digits', '\\u00zz'],
  ])('leaves %s as it is', (_, text) => {
    expect(Buffer.from(decodeEscapes(Buffer.from(text)).bytes).toString()).toBe(text);
  });

  it('makes of a lone surrogate the replacement character', () => {
    expect(Buffer.from(decodeEscapes(Buffer.from('\\ud83d\\u0041')).bytes).toString()).toBe(
      '\ufffdA',
    );
  });

  it('decodes a range only', () => {
    const raw = Buffer.from('\\n\\u00e9\\n');
    const { bytes, origin } = decodeEscapes(raw, 2, 8);
    expect(Buffer.from(bytes).toString('utf8')).toBe('é');
    expect(offsets(origin, bytes)).toEqual([2, 2, 8]);
  });
});

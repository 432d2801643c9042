import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createExactMatcher } from '../../lib/detect/exact.ts';
import type { ExactHit } from '../../lib/detect/types.ts';
import { randomFrom } from './random.ts';

/** Every occurrence of every value, found the slow way. */
function naive(values: ReadonlyMap<string, Buffer>, text: Buffer): ExactHit[] {
  const hits: ExactHit[] = [];
  for (const [id, value] of values) {
    for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) {
      hits.push({ start: at, end: at + value.length, id, depth: 0 });
    }
  }
  return sorted(hits);
}

function sorted(hits: readonly ExactHit[]): ExactHit[] {
  return [...hits].sort((a, b) => a.start - b.start || a.end - b.end || (a.id < b.id ? -1 : 1));
}

const letters = (min: number, max: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: min, maxLength: max });

describe('find', () => {
  it('finds what indexOf finds', () => {
    fc.assert(
      fc.property(
        fc.array(letters(8, 40), { minLength: 1, maxLength: 12 }),
        fc.array(fc.oneof(fc.nat(11), letters(0, 30)), { maxLength: 20 }),
        (values, parts) => {
          const known = new Map(values.map((value, i) => [`${i}`, Buffer.from(value)]));
          const matcher = createExactMatcher();
          for (const [id, value] of known) matcher.add(id, value);
          const text = Buffer.from(
            parts.map((part) => (typeof part === 'string' ? part : (values[part] ?? ''))).join(''),
          );
          expect(sorted(matcher.find(text))).toEqual(naive(known, text));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('finds values of every length at every offset, also over the end of a chunk', () => {
    const random = randomFrom(5);
    for (const length of [8, 11, 12, 19, 20, 21, 33, 64, 500]) {
      const value = Buffer.from(Array.from({ length }, () => 97 + Math.floor(random() * 26)));
      const matcher = createExactMatcher();
      matcher.add('v', value);
      for (let gap = 262_080 - 70; gap < 262_080 + 5; gap++) {
        const text = Buffer.concat([Buffer.alloc(gap, 46), value, Buffer.from('.')]);
        expect(matcher.find(text)).toEqual([{ start: gap, end: gap + length, id: 'v', depth: 0 }]);
      }
    }
  });

  it('keeps thousands of values that begin and end alike apart', () => {
    const matcher = createExactMatcher();
    const alike = (i: number): string =>
      `-----BEGIN SOMETHING-----${`${i}`.padStart(40, 'x')}-----END-----`;
    for (let i = 0; i < 3000; i++) matcher.add(`${i}`, Buffer.from(alike(i)));
    const text = Buffer.from([7, 2999, 0].map(alike).join(' '));
    expect(matcher.find(text).map(({ id }) => id)).toEqual(['7', '2999', '0']);
    expect(matcher.size).toBe(3000);
  });
});

describe('escaped values', () => {
  const values = [
    'pass"word\\one',
    'line one\nline two\n',
    'grüße-aus-münchen',
    'a<b>&c-secret',
    'tab\there\u0001 12345678',
  ];
  const plain = (text: string): string => JSON.stringify(text).slice(1, -1);
  const unicode = (unit: string): string =>
    `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const encoders: Readonly<Record<string, (text: string) => string>> = {
    'JSON.stringify': plain,
    'ASCII only': (text) => plain(text).replace(/[^\0-\x7f]/g, unicode),
    Go: (text) => plain(text).replace(/[<>&]/g, unicode),
  };

  it('are found up to six times deep as JavaScript writes them', () => {
    for (const value of values) {
      const matcher = createExactMatcher();
      matcher.add('v', Buffer.from(value));
      let text = value;
      for (let depth = 0; depth <= 6; depth++) {
        expect(matcher.find(Buffer.from(text))).toMatchObject([
          { start: 0, end: Buffer.byteLength(text) },
        ]);
        text = plain(text);
      }
    }
  });

  it.each(Object.entries(encoders))('are found up to three times deep: %s', (_, encode) => {
    for (const value of values) {
      const matcher = createExactMatcher();
      matcher.add('v', Buffer.from(value));
      let text = value;
      for (let depth = 0; depth <= 3; depth++) {
        const [hit, ...rest] = matcher.find(Buffer.from(`x ${text} y`));
        expect(rest).toEqual([]);
        expect(hit).toMatchObject({ start: 2, end: 2 + Buffer.byteLength(text) });
        let decoded = text;
        for (let i = 0; i < (hit?.depth ?? 0); i++) decoded = JSON.parse(`"${decoded}"`) as string;
        expect(decoded).toBe(value);
        text = encode(text);
      }
    }
  });

  it('may be no UTF-8', () => {
    const value = Buffer.from([0xff, 0xfe, 0x22, 0x80, 0x81, 0x82, 0x83, 0x84, 0x0a]);
    const matcher = createExactMatcher();
    matcher.add('v', value);
    expect(matcher.find(Buffer.concat([Buffer.from('ab'), value]))).toMatchObject([
      { start: 2, depth: 0 },
    ]);
  });
});

describe('add and delete', () => {
  it('replace and forget', () => {
    const matcher = createExactMatcher();
    const text = Buffer.from('one-value-here two-value-here');
    expect(matcher.find(text)).toEqual([]);
    matcher.add('a', Buffer.from('one-value-here'));
    matcher.add('b', Buffer.from('two-value-here'));
    matcher.add('a', Buffer.from('two-value-here'));
    expect(
      matcher
        .find(text)
        .map(({ id, start }) => `${id}${start}`)
        .sort(),
    ).toEqual(['a15', 'b15']);
    matcher.delete('a');
    matcher.delete('unknown');
    expect(matcher.find(text).map(({ id }) => id)).toEqual(['b']);
    expect(matcher.size).toBe(1);
  });

  it('survive many rounds', () => {
    const matcher = createExactMatcher();
    for (let i = 0; i < 5000; i++) {
      matcher.add(`${i}`, Buffer.from(`some value number ${i} of many`));
      if (i >= 10) matcher.delete(`${i - 10}`);
    }
    const text = Buffer.from('some value number 4999 of many, some value number 100 of many');
    expect(matcher.find(text).map(({ id }) => id)).toEqual(['4999']);
  });

  it('refuse what would be found everywhere', () => {
    expect(() => createExactMatcher().add('a', Buffer.from('1234567'))).toThrow(RangeError);
  });
});

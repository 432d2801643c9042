import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRegex, RegexRefusal } from '../../lib/detect/regex/parse.ts';
import { compileRegex } from '../../lib/detect/regex/program.ts';
import { matchesWhole, searchRegex } from '../../lib/detect/regex/search.ts';

/** Expressions over a small alphabet, that match at least one character. */
const source: fc.Arbitrary<string> = fc
  .letrec<{ node: string; atom: string }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      tie('atom'),
      fc.tuple(tie('node'), tie('node')).map(([a, b]) => a + b),
      fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(${a}|${b})`),
      fc
        .tuple(tie('node'), fc.constantFrom('*', '+', '?', '{2}', '{1,3}', '{2,}'))
        .map(([a, count]) => `(?:${a})${count}`),
    ),
    atom: fc.constantFrom('a', 'b', '[ab]', '[^a]', '\\w', '.', 'bc', '\\d'),
  }))
  .node.map((node) => `a${node}`);

const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', ' '), maxLength: 14 });
const compile = (regex: string) => compileRegex(parseRegex(regex));

describe('linear-time expressions', () => {
  it('match whole values as RegExp does', () => {
    fc.assert(
      fc.property(source, text, (regex, value) => {
        expect(matchesWhole(compile(regex), Buffer.from(value))).toBe(
          new RegExp(`^(?:${regex})$`, 's').test(value),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('find the union of all matches', () => {
    fc.assert(
      fc.property(source, text, (regex, value) => {
        const whole = new RegExp(`^(?:${regex})$`, 's');
        const covered = new Set<number>();
        for (let start = 0; start < value.length; start++) {
          for (let end = start + 1; end <= value.length; end++) {
            if (!whole.test(value.slice(start, end))) continue;
            for (let at = start; at < end; at++) covered.add(at);
          }
        }
        const found = searchRegex(compile(regex), Buffer.from(value), [
          { start: 0, end: value.length },
        ]);
        const mine = new Set(
          found.flatMap(({ start, end }) =>
            Array.from({ length: end - start }, (_, i) => start + i),
          ),
        );
        expect([...mine].sort((a, b) => a - b)).toEqual([...covered].sort((a, b) => a - b));
      }),
      { numRuns: 500 },
    );
  });

  it('begin inside their windows only', () => {
    const program = compile('ab+');
    const bytes = Buffer.from('abb ab abbb');
    expect(searchRegex(program, bytes, [{ start: 4, end: 4 }])).toEqual([{ start: 4, end: 6 }]);
    expect(searchRegex(program, bytes, [])).toEqual([]);
    expect(
      searchRegex(program, bytes, [
        { start: 0, end: 0 },
        { start: 5, end: 11 },
      ]),
    ).toEqual([
      { start: 0, end: 3 },
      { start: 7, end: 11 },
    ]);
  });

  it('see other letters as bytes, and both cases where asked', () => {
    expect(matchesWhole(compile('grüße'), Buffer.from('grüße'))).toBe(true);
    expect(matchesWhole(compile('(?i)acme_[a-f]+'), Buffer.from('ACME_aF'))).toBe(true);
    expect(matchesWhole(compile('(?i:ac)me'), Buffer.from('ACme'))).toBe(true);
    expect(matchesWhole(compile('(?i:ac)me'), Buffer.from('ACME'))).toBe(false);
  });

  it.each([
    '(?=a)b',
    '(a)\\1',
    'a++',
    'a**',
    '[a',
    'a)',
    '\\',
    '\\q',
    '[z-a]',
    'a{3,2}',
    'a{2000}',
    '[0-',
    '[0-\\d]',
    '('.repeat(100_000),
  ])('refuse %s', (regex) => {
    expect(() => compile(regex)).toThrow(RegexRefusal);
  });
});

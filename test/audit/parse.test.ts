import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ZERO_HASH } from '../../lib/audit/leaf.ts';
import { contentFault, parseLine } from '../../lib/audit/parse.ts';
import { isUsualLine } from '../../lib/audit/usual-line.ts';

const PREFIX = `{"seq":3,"ts":"2026-01-02T03:04:05.678Z","line_type":"stop","prev_hash":"${ZERO_HASH}","frameworks":[]`;
const GOOD = `${PREFIX},"a":{"10":1,"9":2}}`;

const fault = (line: string | Buffer): string | undefined => {
  const parsed = parseLine(Buffer.from(line), { seq: 3, prevHash: ZERO_HASH });
  return 'fault' in parsed ? parsed.fault : undefined;
};

test('takes a line in its place', () => {
  expect(fault(GOOD)).toBeUndefined();
});

const BAD: Record<string, [line: string | Buffer, fault: RegExp]> = {
  'bytes that are not UTF-8': [
    Buffer.concat([Buffer.from(PREFIX), Buffer.of(0xff, 0x7d)]),
    /UTF-8/,
  ],
  nothing: ['', /JSON/],
  'half a line': [GOOD.slice(0, -1), /JSON/],
  'two objects': [`${GOOD}${GOOD}`, /JSON/],
  'an array': ['[]', /JSON/],
  'a byte order mark': [`\ufeff${GOOD}`, /JSON/],
  'white space': [GOOD.replace('"seq":3', '"seq": 3'), /begin/],
  'a carriage return at the end': [`${GOOD}\r`, /spelled/],
  'another order': [GOOD.replace(/"seq":3,("ts":"[^"]*")/, '$1,"seq":3'), /begin/],
  'a member too few': [GOOD.replace(',"frameworks":[]', ''), /begin/],
  'another number': [GOOD.replace('"seq":3', '"seq":4'), /seq is 4 where 3/],
  'a number with a zero in front': [GOOD.replace('"seq":3', '"seq":03'), /JSON/],
  'another hash': [GOOD.replace(ZERO_HASH, `B${ZERO_HASH.slice(1)}`), /prev_hash/],
  'a hash spelled another way': [GOOD.replace('AAA=', 'AAB='), /begin/],
  'another time zone': [GOOD.replace('.678Z', '.678+00:00'), /begin/],
  'a fraction': [`${PREFIX},"a":1.5}`, /integer/],
  'a boolean': [`${PREFIX},"a":[true]}`, /integer/],
  'a lone surrogate': [`${PREFIX},"a":"\\ud800"}`, /well-formed/],
  'an escape nobody needs': [`${PREFIX},"a":"\\u0061"}`, /spelled/],
  'an integer with an exponent': [`${PREFIX},"a":1e3}`, /spelled/],
  'a key twice among keys like indices': [`${PREFIX},"a":{"10":1,"9":1,"10":1}}`, /twice/],
  'frameworks that are numbers': [GOOD.replace('[]', '[1]'), /frameworks/],
  'a key twice': [`${PREFIX},"a":1,"a":2}`, /twice/],
  'a key twice, spelled differently': [`${PREFIX},"a":1,"\\u0061":1}`, /twice/],
  'a key twice, below': [`${PREFIX},"a":[{"b":"","b":""}]}`, /twice/],
  'a header key again': [`${PREFIX},"seq":3}`, /twice/],
  'frameworks again': [`${PREFIX},"frameworks":1}`, /frameworks/],
  'values nested without end': [
    `${PREFIX},"a":${'['.repeat(32_000)}${']'.repeat(32_000)}}`,
    /deep/,
  ],
  'too many bytes': [`${PREFIX},"a":"${'x'.repeat(65_535)}"}`, /longer/],
};

test.each(Object.entries(BAD))('refuses %s', (_, [line, expected]) => {
  expect(fault(line)).toMatch(expected);
});

test('says something about any bytes', () => {
  const piece = fc.constantFrom(...(GOOD.match(/"[^"]*"|./g) ?? []), PREFIX, '\\', '\n', 'null');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.boolean(), (pieces, prefixed) => {
      const text = `${prefixed ? `${PREFIX},"a":` : ''}${pieces.join('')}`;
      expect(parseLine(Buffer.from(text), {})).toEqual(expect.any(Object));
    }),
    { numRuns: 500 },
  );
});

test('what is told by its bytes alone would pass the thorough way too', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      ...(GOOD.match(/"[^"]*"|./g) ?? []),
      '"a":1',
      ',"b":"c"',
      '{}',
      '[]',
      '-1',
      '00',
    ),
    fc.constantFrom('"seq":3', '"ts":""', '{"a":1,"a":2}', '\u007f', 'ü', '\\n', '1e3', '-0', ','),
  );
  let taken = 0;
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
      const text = `${PREFIX},"x":${pieces.join('')}}`;
      const bytes = Buffer.from(text);
      if (!isUsualLine(bytes, PREFIX.length - 2)) return;
      taken++;
      expect(contentFault(bytes, text, true)).toBeUndefined();
    }),
    { numRuns: 20_000 },
  );
  expect(taken).toBeGreaterThan(100);
});

test('almost every line is told by its bytes alone', () => {
  expect(isUsualLine(Buffer.from(GOOD), PREFIX.length - 2)).toBe(true);
  const more = [',"ü":1', ',"a":"\\n"', ',"seq":4', ',"frameworks":[]', ',"x":1,"x":2'];
  for (const fields of more) {
    expect(isUsualLine(Buffer.from(`${PREFIX}${fields}}`), PREFIX.length - 2)).toBe(false);
  }
});

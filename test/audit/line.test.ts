import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FRAMEWORKS } from '../../lib/audit/frameworks.ts';
import { leafHash, MAX_LINE_BYTES, ZERO_HASH } from '../../lib/audit/leaf.ts';
import { buildLine, MAX_DEPTH } from '../../lib/audit/line.ts';
import { membersOf, type ParsedLine, parseLine } from '../../lib/audit/parse.ts';
import type { LineFields } from '../../lib/audit/types.ts';
import { anyFields } from './fields.ts';

const TS = new Date('2026-01-02T03:04:05.678Z');
const HEAD = { length: 7, hash: ZERO_HASH };

const build = (fields: LineFields): Buffer => buildLine(HEAD, TS, 'killswitch', fields);
const body = (line: Buffer): Buffer => line.subarray(0, -1);

test('has its members in one order, without white space, and ends with a newline', () => {
  expect(build({ source: 'http', list: [1, { deep: 'ä"\n' }] }).toString()).toBe(
    '{"seq":7,"ts":"2026-01-02T03:04:05.678Z","line_type":"killswitch",' +
      '"prev_hash":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",' +
      '"frameworks":["SOC2-CC7.3","EU-AI-Act-Art-15"],' +
      '"source":"http","list":[1,{"deep":"ä\\"\\n"}]}\n',
  );
});

test('every type of line can be written', () => {
  for (const type of Object.keys(FRAMEWORKS) as (keyof typeof FRAMEWORKS)[]) {
    const parsed = parseLine(body(buildLine(HEAD, TS, type, {})), {});
    expect(parsed).toMatchObject({ type });
    expect(membersOf(parsed as ParsedLine)['frameworks']).toEqual(FRAMEWORKS[type]);
  }
});

test('the leaf hash is that of RFC 6962', () => {
  const line = Buffer.from('{"seq":0}');
  const expected = createHash('sha256').update('\0{"seq":0}').digest('base64');
  expect(leafHash(line)).toBe(expected);
});

test('what is written is read back', () => {
  fc.assert(
    fc.property(anyFields, (fields) => {
      const parsed = parseLine(body(build(fields)), { seq: 7, prevHash: ZERO_HASH });
      expect(parsed).toMatchObject({ seq: 7, type: 'killswitch', prevHash: ZERO_HASH });
      const members = membersOf(parsed as ParsedLine);
      expect(JSON.stringify(members)).toContain(JSON.stringify(fields).slice(1, -1));
    }),
  );
});

test('values are nested as deeply for the reader as for the writer', () => {
  const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
  const deepest = parseLine(body(build({ field: nested(MAX_DEPTH) })), {});
  expect(deepest).not.toHaveProperty('fault');
  expect(() => build({ field: nested(MAX_DEPTH + 1) })).toThrow(TypeError);
});

describe('refuses', () => {
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  const wrong: Record<string, LineFields> = {
    'a reserved name': { seq: 1 },
    'a name that is none': { 'a b': 1 },
    'a name like an index': { 0: 1 },
    'a fraction': { field: 0.5 },
    'an integer that JavaScript cannot hold': { field: 2 ** 53 },
    'not a number': { field: Number.NaN },
    'a boolean': { field: true },
    null: { field: null },
    undefined: { field: undefined },
    'a date': { field: TS },
    bytes: { field: Buffer.from('x') },
    'a lone surrogate': { field: '\ud800' },
    'a lone surrogate in a key': { field: { '\udc00': 1 } },
    'a hole': { field: new Array(1) },
    'a cycle': cyclic,
  };
  test.each(Object.entries(wrong))('%s', (_, fields) => {
    expect(() => build(fields)).toThrow(TypeError);
  });

  test('a line that is too long, by one byte', () => {
    const room = MAX_LINE_BYTES - body(build({ text: '' })).length;
    expect(body(build({ text: 'x'.repeat(room) }))).toHaveLength(MAX_LINE_BYTES);
    expect(() => build({ text: 'x'.repeat(room + 1) })).toThrow(RangeError);
  });
});

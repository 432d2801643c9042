import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { locate, looksBinary } from '../../lib/ops/findings.ts';

describe('locate', () => {
  test('counts lines and columns from 1, columns in characters', () => {
    const text = 'abc\n→é😀KEY\r\n\nKEY KEY';
    const bytes = Buffer.from(text);
    const spans = [...text.matchAll(/KEY/g)].map(({ index }) => {
      const start = Buffer.byteLength(text.slice(0, index));
      return { start, end: start + 3, type: 'T', depth: 0 };
    });
    expect(locate(bytes, spans)).toEqual([
      { type: 'T', line: 2, column: 4 },
      { type: 'T', line: 4, column: 1 },
      { type: 'T', line: 4, column: 5 },
    ]);
  });

  test('agrees with counting by hand anywhere in any text', () => {
    const unit = fc.constantFrom('a', 'é', '→', '😀', '\n', '\r\n', 'S');
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 60 }), (units) => {
        const text = units.join('');
        const indices = [...text.matchAll(/S/g)].map(({ index }) => index);
        const spans = indices.map((index) => {
          const start = Buffer.byteLength(text.slice(0, index));
          return { start, end: start + 1, type: 'T', depth: 0 };
        });
        const expected = indices.map((index) => {
          const before = text.slice(0, index).split('\n');
          return { type: 'T', line: before.length, column: [...(before.at(-1) ?? '')].length + 1 };
        });
        expect(locate(Buffer.from(text), spans)).toEqual(expected);
      }),
    );
  });
});

test('looksBinary looks for NUL', () => {
  expect(looksBinary(Buffer.from('text\n'))).toBe(false);
  expect(looksBinary(Buffer.from([0x7f, 0x45, 0, 1]))).toBe(true);
});

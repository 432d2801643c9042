import fc from 'fast-check';
import { expect, it } from 'vitest';
import { slicesOf } from '../../lib/proxy/slices.ts';

const SLICE = 256 * 1024;

/** Bytes of which no two neighbours are the same, so that what is moved shows. */
const bytes = (length: number, from: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (from + i * 7) % 251);

it('never changes, loses or reorders a byte, and cuts where a slice is full', () => {
  const length = fc.oneof(
    fc.nat(40),
    fc.integer({ min: 60_000, max: 70_000 }),
    fc.integer({ min: SLICE - 2, max: 2 * SLICE + 2 }),
  );
  fc.assert(
    fc.property(fc.array(length, { maxLength: 8 }), (lengths) => {
      const parts = lengths.map(bytes);
      const slices = [...slicesOf(parts)];
      expect(Buffer.concat(slices).equals(Buffer.concat(parts))).toBe(true);
      for (const { length } of slices) expect(length).toBeLessThanOrEqual(SLICE);
    }),
    { numRuns: 60 },
  );
});

it('begins with a short piece and gathers what is small', () => {
  const parts = Array.from({ length: 21 }, (_, i) => bytes(10_000, i));
  const lengths = [...slicesOf(parts)].map(({ length }) => length);
  expect(lengths).toEqual([65_536, 210_000 - 65_536]);
});

it('copies nothing that is large', () => {
  const part = bytes(3 * SLICE, 0);
  const [first, ...others] = slicesOf([bytes(10, 1), part]);
  expect(first).toHaveLength(10);
  expect(others.map(({ buffer }) => buffer === part.buffer)).toEqual([true, true, true]);
});

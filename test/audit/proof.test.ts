import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openFrontier } from '../../lib/audit/frontier.ts';
import { leafHash } from '../../lib/audit/leaf.ts';
import { inclusionRoot, isConsistent } from '../../lib/audit/proof.ts';
import { openTree, type Tree } from '../../lib/audit/tree.ts';

const leafOf = (index: number): Buffer =>
  Buffer.from(leafHash(Buffer.from(String(index))), 'base64');

function treeOf(size: number, first = 0): Tree {
  const frontier = openFrontier();
  for (let index = 0; index < first; index++) frontier.add(leafOf(index));
  const tree = openTree(first, frontier.hashes);
  for (let index = first; index < size; index++) tree.add(leafOf(index));
  return tree;
}

const MOST = 40;
const whole = treeOf(MOST);

test('a tree has the roots and the frontiers that its frontier had on the way', () => {
  const frontier = openFrontier();
  for (let size = 0; size <= MOST; size++) {
    expect(whole.root(size)).toEqual(frontier.root());
    expect(whole.frontier(size)).toEqual(frontier.hashes);
    if (size < MOST) frontier.add(leafOf(size));
  }
});

test('what begins with a frontier proves the same about what follows', () => {
  for (let first = 0; first <= MOST; first++) {
    const range = treeOf(MOST, first);
    for (let size = Math.max(first, 1); size <= MOST; size++) {
      const proved = (tree: Tree): string =>
        Buffer.concat([
          tree.root(size),
          ...Array.from({ length: size - first }, (_, at) =>
            tree.inclusion(first + at, size),
          ).flat(),
          ...tree.consistency(first, size),
        ]).toString('hex');
      expect(proved(range)).toBe(proved(whole));
    }
  }
});

describe('inclusion', () => {
  test('is proved for each leaf in each tree', () => {
    for (let size = 1; size <= MOST; size++) {
      for (let index = 0; index < size; index++) {
        const root = inclusionRoot(leafOf(index), index, size, whole.inclusion(index, size));
        expect(root).toEqual(whole.root(size));
      }
    }
  });

  test('is proved at no other place, in no other tree, by no other path', () => {
    const place = fc.nat(MOST - 1);
    fc.assert(
      fc.property(place, place, place, fc.nat(20), (one, other, third, change) => {
        const size = Math.max(one, other) + 1;
        const index = Math.min(one, other);
        const path = whole.inclusion(index, size);
        const is = (at: number, of: number, by: readonly Buffer[]): boolean =>
          inclusionRoot(leafOf(index), at, of, by)?.equals(whole.root(of)) === true;
        if (third !== index) expect(is(third, size, path)).toBe(false);
        if (third + 1 !== size) expect(is(index, third + 1, path)).toBe(false);
        expect(is(index, size, [...path, leafOf(change)])).toBe(false);
        if (path.length > 0) expect(is(index, size, path.slice(1))).toBe(false);
        const flipped = path.map((node, at) => (at === change % path.length ? leafOf(99) : node));
        if (path.length > 0) expect(is(index, size, flipped)).toBe(false);
      }),
    );
  });

  test('is no matter of numbers that are none', () => {
    for (const [index, size] of [
      [0, 0],
      [1, 1],
      [-1, 3],
      [Number.NaN, 3],
    ] as const) {
      expect(inclusionRoot(leafOf(0), index, size, [])).toBeUndefined();
    }
    const endless = Array.from({ length: 1000 }, () => leafOf(1));
    expect(inclusionRoot(leafOf(0), 0, Number.MAX_SAFE_INTEGER, endless)).toBeUndefined();
  });
});

describe('consistency', () => {
  test('is proved between each two sizes', () => {
    for (let size = 1; size <= MOST; size++) {
      for (let from = 1; from <= size; from++) {
        const proof = whole.consistency(from, size);
        expect(isConsistent(from, whole.root(from), size, whole.root(size), proof)).toBe(true);
      }
    }
  });

  test('is proved for no other tree, by no other proof', () => {
    const place = fc.integer({ min: 1, max: MOST });
    fc.assert(
      fc.property(place, place, fc.nat(20), (one, other, change) => {
        const from = Math.min(one, other);
        const size = Math.max(one, other);
        const proof = whole.consistency(from, size);
        const [before, after] = [whole.root(from), whole.root(size)];
        expect(isConsistent(from, leafOf(77), size, after, proof)).toBe(false);
        expect(isConsistent(from, before, size, leafOf(77), proof)).toBe(false);
        expect(isConsistent(from, before, size, after, [...proof, leafOf(1)])).toBe(false);
        if (proof.length === 0) return;
        expect(isConsistent(from, before, size, after, proof.slice(1))).toBe(false);
        const flipped = proof.map((node, at) => (at === change % proof.length ? leafOf(99) : node));
        expect(isConsistent(from, before, size, after, flipped)).toBe(false);
      }),
    );
  });
});

test('a tree proves nothing that it does not know', () => {
  const range = treeOf(20, 13);
  expect(() => range.inclusion(12, 20)).toThrow(RangeError);
  expect(() => range.root(21)).toThrow(RangeError);
  expect(() => range.root(7)).toThrow(RangeError);
  expect(() => openTree(3, [leafOf(0)])).toThrow(RangeError);
  expect(() => openTree(1, [leafOf(0), leafOf(1)])).toThrow(RangeError);
  expect(() => openTree(1, [Buffer.alloc(31)])).toThrow(RangeError);
});

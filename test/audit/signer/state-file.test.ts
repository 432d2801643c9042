import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openFrontier } from '../../../lib/audit/frontier.ts';
import {
  EMPTY_TREE,
  extendTree,
  readTree,
  rootOf,
  type SignedTree,
  writeTree,
} from '../../../lib/audit/signer/signed-tree.ts';
import { createStateFile, openStateFile } from '../../../lib/audit/signer/state-file.ts';
import { tempFolder } from '../logs.ts';

const ORIGIN = 'waterwall.local/0123456789abcdef';
const SLOT = 4096;

const leaf = (n: number): Buffer => Buffer.alloc(32, n);
const grown = (size: number): SignedTree =>
  extendTree(
    EMPTY_TREE,
    Array.from({ length: size }, (_, n) => leaf(n)),
  );

describe("the signer's tree", () => {
  it('has the root of the whole tree, however it grew', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { minLength: 1, maxLength: 30 }), (steps) => {
        const whole = openFrontier();
        let tree = EMPTY_TREE;
        for (const step of steps) {
          const leaves = Array.from({ length: step }, (_, n) => leaf(tree.size + n));
          for (const each of leaves) whole.add(each);
          tree = extendTree(tree, leaves);
          expect(readTree(writeTree(tree))).toEqual(tree);
        }
        if (tree.size > 0) expect(rootOf(tree)).toEqual(whole.root());
        expect(tree.size).toBe(whole.size);
      }),
    );
  });

  it('has no root while it is empty', () => {
    expect(rootOf(EMPTY_TREE)).toBeUndefined();
  });

  it.each([
    ['a hash too few', { ...writeTree(grown(6)), path: writeTree(grown(6)).path.slice(1) }],
    ['a hash too many', { ...writeTree(grown(5)), path: writeTree(grown(6)).path }],
    ['a short hash', { ...writeTree(grown(5)), leaf: 'AAAA' }],
    ['a negative size', { ...writeTree(grown(5)), size: -1 }],
    ['an empty tree with a leaf', { ...writeTree(EMPTY_TREE), leaf: writeTree(grown(2)).leaf }],
    ['nothing', {}],
  ])('is not read with %s', (_, value) => {
    expect(readTree(value)).toBeUndefined();
  });
});

describe('the state file', () => {
  const make = (): string => {
    const path = join(tempFolder(), 'state');
    createStateFile(path, ORIGIN);
    return path;
  };

  /** Which slot counts, and what it says. */
  const slots = (path: string): { counter: number; size: number }[] => {
    const bytes = readFileSync(path);
    return [0, 1].map((slot) => {
      const [text = ''] = bytes.toString('utf8', slot * SLOT, (slot + 1) * SLOT).split('\n');
      return JSON.parse(text) as { counter: number; size: number };
    });
  };

  const overwrite = (path: string, slot: number, bytes: Buffer): void => {
    const file = openSync(path, 'r+');
    writeSync(file, bytes, 0, bytes.length, slot * SLOT);
    closeSync(file);
  };

  it('gives back what was saved, in a file that does not grow', () => {
    const path = make();
    for (let size = 0; size < 12; size++) {
      const state = openStateFile(path, ORIGIN);
      expect(state.tree).toEqual(grown(size));
      state.save(grown(size + 1));
      state.close();
      expect(readFileSync(path)).toHaveLength(2 * SLOT);
    }
  });

  it('is written anew to both slots before anything is made of it', () => {
    const path = make();
    const before = openStateFile(path, ORIGIN);
    before.save(grown(3));
    before.close();
    openStateFile(path, ORIGIN).close();
    expect(slots(path).map(({ size }) => size)).toEqual([3, 3]);
  });

  it('loses nothing that was saved before a write that was cut short, at any byte', () => {
    for (let cut = 0; cut < SLOT; cut += 97) {
      const path = make();
      const state = openStateFile(path, ORIGIN);
      state.save(grown(5));
      state.close();
      const newest = slots(path).findIndex(({ size }) => size === 5);
      // The next save goes to the other slot, and gets only so far.
      const next = readFileSync(path).subarray(newest * SLOT, newest * SLOT + cut);
      overwrite(path, 1 - newest, Buffer.from(next.toString('latin1').replace('5', '6'), 'latin1'));
      const again = openStateFile(path, ORIGIN);
      expect(again.tree).toEqual(grown(5));
      again.close();
    }
  });

  it.each([
    ['both slots are spoiled', (path: string) => [0, 1].map((n) => overwrite(path, n, leaf(0)))],
    ['it is of another log', (path: string) => overwriteOrigin(path)],
  ])('is refused where %s', (_, spoil) => {
    const path = make();
    spoil(path);
    expect(() => openStateFile(path, ORIGIN)).toThrow(
      expect.objectContaining({ code: 'chain-damaged', fix: expect.stringMatching('--new-log') }),
    );
  });

  function overwriteOrigin(path: string): void {
    const other = join(tempFolder(), 'state');
    createStateFile(other, 'waterwall.local/ffffffffffffffff');
    const bytes = readFileSync(other);
    for (const slot of [0, 1])
      overwrite(path, slot, bytes.subarray(slot * SLOT, (slot + 1) * SLOT));
  }

  it('is never made twice, and never where it is missing', () => {
    const path = make();
    expect(() => createStateFile(path, ORIGIN)).toThrow(/is there already/);
    expect(() => openStateFile(`${path}2`, ORIGIN)).toThrow(
      expect.objectContaining({ code: 'file-missing' }),
    );
  });

  it('holds the path of the largest log there can be', () => {
    const path = make();
    const state = openStateFile(path, ORIGIN);
    const size = Number.MAX_SAFE_INTEGER;
    const hashes = Array.from({ length: 52 }, (_, n) => leaf(n));
    state.save({ size, leaf: leaf(1), path: hashes });
    state.close();
    expect(openStateFile(path, ORIGIN).tree.size).toBe(size);
  });
});

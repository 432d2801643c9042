import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openFrontier } from '../../lib/audit/frontier.ts';

const sha256 = (...parts: Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** RFC 6962 section 2.1, as it is written there, over leaf hashes. */
function treeHead(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0] as Buffer;
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  return sha256(Buffer.of(1), treeHead(leaves.slice(0, half)), treeHead(leaves.slice(half)));
}

const leafOf = (index: number): Buffer => sha256(Buffer.of(0), Buffer.from(String(index)));

test('has the root that the RFC defines, at every size', () => {
  const frontier = openFrontier();
  const leaves: Buffer[] = [];
  for (let size = 0; size <= 70; size++) {
    expect(frontier.size).toBe(size);
    expect(frontier.root()).toEqual(treeHead(leaves));
    const leaf = leafOf(size);
    leaves.push(leaf);
    frontier.add(leaf);
  }
});

// https://github.com/google/certificate-transparency: the reference tree's inputs and roots.
test('agrees with the reference implementation', () => {
  const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657'];
  inputs.push('606162636465666768696a6b6c6d6e6f');
  const frontier = openFrontier();
  for (const input of inputs) frontier.add(sha256(Buffer.of(0), Buffer.from(input, 'hex')));
  expect(frontier.root().toString('hex')).toBe(
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  );
});

test('goes on from what was kept of it', () => {
  fc.assert(
    fc.property(fc.nat(300), fc.nat(300), (before, after) => {
      const whole = openFrontier();
      for (let index = 0; index < before; index++) whole.add(leafOf(index));
      const resumed = openFrontier(whole.size, whole.hashes);
      for (let index = before; index < before + after; index++) {
        whole.add(leafOf(index));
        resumed.add(leafOf(index));
      }
      expect(resumed.root()).toEqual(whole.root());
      expect(resumed.hashes.length).toBeLessThanOrEqual(10);
    }),
    { numRuns: 30 },
  );
});

test('counts beyond 32 bits', () => {
  const size = 2 ** 33 + 1;
  const frontier = openFrontier(size, [leafOf(0), leafOf(1)]);
  frontier.add(leafOf(2));
  expect(frontier.size).toBe(size + 1);
  expect(frontier.hashes).toEqual([leafOf(0), sha256(Buffer.of(1), leafOf(1), leafOf(2))]);
});

test('refuses what is not the frontier of one tree', () => {
  expect(() => openFrontier(2, [])).toThrow(RangeError);
  expect(() => openFrontier(-1, [])).toThrow(RangeError);
  expect(() => openFrontier(1, [Buffer.alloc(31)])).toThrow(RangeError);
  expect(() => openFrontier().add(Buffer.alloc(33))).toThrow(RangeError);
});

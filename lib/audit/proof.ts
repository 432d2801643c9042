import { nodeHash } from './node.ts';

/** More siblings than this no tree of a countable size has. */
export const MAX_PROOF = 53;

/**
 * The root that an audit path leads to from a leaf (RFC 9162 section 2.1.3.2); undefined where the
 * path is none for this place.
 *
 * @param leaf - the leaf hash; the caller holds the root against a signed one
 */
export function inclusionRoot(
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
): Buffer | undefined {
  if (!(index >= 0 && index < size) || path.length > MAX_PROOF) return undefined;
  let node: Uint8Array = leaf;
  let at = index;
  let last = size - 1;
  for (const sibling of path) {
    if (last === 0) return undefined;
    if (at % 2 === 1 || at === last) {
      node = nodeHash(sibling, node);
      // A node at the right edge without a sibling rises until it has one.
      while (at % 2 === 0 && at !== 0) {
        at /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      node = nodeHash(node, sibling);
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? Buffer.from(node) : undefined;
}

/**
 * Whether a proof shows that the tree with root `before` over `from` leaves began the tree with
 * root `after` over `size` leaves (RFC 9162 section 2.1.4.2).
 */
export function isConsistent(
  from: number,
  before: Uint8Array,
  size: number,
  after: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (!(from > 0 && from <= size) || proof.length > MAX_PROOF) return false;
  if (from === size) return proof.length === 0 && isSame(before, after);
  const nodes = [...proof];
  let at = from - 1;
  let last = size - 1;
  while (at % 2 === 1) {
    at = (at - 1) / 2;
    last = Math.floor(last / 2);
  }
  // A full old tree is itself the first node; the verifier knows it.
  const seed = at === 0 ? before : nodes.shift();
  if (seed === undefined) return false;
  let older: Uint8Array = seed;
  let newer: Uint8Array = seed;
  for (const node of nodes) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      older = nodeHash(node, older);
      newer = nodeHash(node, newer);
      while (at % 2 === 0 && at !== 0) {
        at /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      newer = nodeHash(newer, node);
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && isSame(older, before) && isSame(newer, after);
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

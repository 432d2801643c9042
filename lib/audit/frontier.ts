import { EMPTY_ROOT, joinNodes, NODE_BYTES, nodeHash } from './node.ts';

/**
 * The right edge of an RFC 6962 Merkle tree: all that is needed to go on and to know the root, at
 * most one hash for each bit of the size.
 */
export interface Frontier {
  /** Number of leaves. */
  readonly size: number;
  /** The roots of the full subtrees that make up the tree, the largest first. */
  readonly hashes: readonly Buffer[];
  /** Adds a leaf by its 32-byte leaf hash. */
  add(leaf: Uint8Array): void;
  /** The tree's root, 32 bytes. */
  root(): Buffer;
}

/** The one bits of a safe integer. */
const MAX_HASHES = 53;

/**
 * A tree that goes on from what was kept of it.
 *
 * @throws RangeError where size and hashes are not of one tree
 */
export function openFrontier(size = 0, hashes: readonly Uint8Array[] = []): Frontier {
  if (!Number.isSafeInteger(size) || size < 0 || hashes.length !== ones(size)) {
    throw new RangeError('A frontier has one hash for each one bit of its size.');
  }
  // Room for the subtrees of any countable size, and for the leaf beside them.
  const stack = Buffer.alloc((MAX_HASHES + 1) * NODE_BYTES);
  let height = 0;
  let count = size;
  for (const node of hashes) push(node);

  function push(node: Uint8Array): void {
    if (node.length !== NODE_BYTES) throw new RangeError('A tree hash has 32 bytes.');
    stack.set(node, height++ * NODE_BYTES);
  }

  function nodes(): Buffer[] {
    return Array.from({ length: height }, (_, at) =>
      Buffer.from(stack.subarray(at * NODE_BYTES, (at + 1) * NODE_BYTES)),
    );
  }

  return {
    get size() {
      return count;
    },
    get hashes() {
      return nodes();
    },
    add(leaf) {
      push(leaf);
      // Each trailing one bit of the old size is a full subtree that the new leaf completes.
      // Division instead of shifts: the size may have more than 32 bits.
      for (let rest = count; rest % 2 === 1; rest = (rest - 1) / 2) {
        joinNodes(stack, (--height - 1) * NODE_BYTES);
      }
      count++;
    },
    root() {
      if (height === 0) return EMPTY_ROOT;
      return nodes().reduceRight((right, left) => nodeHash(left, right));
    },
  };
}

function ones(size: number): number {
  return size.toString(2).replaceAll('0', '').length;
}

import type { LineHash } from './leaf.ts';
import { NODE_BYTES } from './node.ts';

/** The leaf hashes of a run of lines, in order; 32 bytes a line. */
export interface Leaves {
  readonly count: number;
  add(leaf: LineHash): void;
  /** Adds many, 32 bytes each. */
  addAll(hashes: Uint8Array): void;
  /** The leaf hash of the line `index` of the run; good until the next one is added. */
  at(index: number): Buffer;
}

export function createLeaves(): Leaves {
  let bytes = Buffer.alloc(256 * NODE_BYTES);
  let count = 0;

  function makeRoom(more: number): void {
    if ((count + more) * NODE_BYTES <= bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * bytes.length + more * NODE_BYTES);
    bytes.copy(larger);
    bytes = larger;
  }

  return {
    get count() {
      return count;
    },
    add(leaf) {
      makeRoom(1);
      bytes.write(leaf, count++ * NODE_BYTES, NODE_BYTES, 'base64');
    },
    addAll(hashes) {
      const more = hashes.length / NODE_BYTES;
      makeRoom(more);
      bytes.set(hashes, count * NODE_BYTES);
      count += more;
    },
    at(index) {
      if (!(index >= 0 && index < count)) throw new RangeError('There is no such line.');
      return bytes.subarray(index * NODE_BYTES, (index + 1) * NODE_BYTES);
    },
  };
}

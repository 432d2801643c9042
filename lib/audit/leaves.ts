import type { LineHash } from './leaf.ts';
import { NODE_BYTES } from './node.ts';

/** The leaf hashes of a run of lines, in order; 32 bytes a line. */
export interface Leaves {
  readonly count: number;
  add(leaf: LineHash): void;
  /** The leaf hash of the line `index` of the run; good until the next one is added. */
  at(index: number): Buffer;
}

export function createLeaves(): Leaves {
  let bytes = Buffer.alloc(256 * NODE_BYTES);
  let count = 0;
  return {
    get count() {
      return count;
    },
    add(leaf) {
      if ((count + 1) * NODE_BYTES > bytes.length) {
        const larger = Buffer.allocUnsafe(2 * bytes.length);
        bytes.copy(larger);
        bytes = larger;
      }
      bytes.write(leaf, count++ * NODE_BYTES, NODE_BYTES, 'base64');
    },
    at(index) {
      if (!(index >= 0 && index < count)) throw new RangeError('There is no such line.');
      return bytes.subarray(index * NODE_BYTES, (index + 1) * NODE_BYTES);
    },
  };
}

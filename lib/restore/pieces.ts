import { emptyTally, type Tally } from './range.ts';
import type { RestoredPiece } from './types.ts';

/** Collects pieces in order; neighbours in memory in which nothing happened become one. */
export class Pieces {
  readonly list: RestoredPiece[] = [];

  add(bytes: Uint8Array, tally: Readonly<Tally> = emptyTally()): void {
    const { restored, unknown } = tally;
    const quiet = restored.length === 0 && unknown === 0;
    if (bytes.length === 0 && quiet) return;
    const last = this.list.at(-1);
    if (quiet && last !== undefined && last.restored.length === 0 && isNext(last.bytes, bytes)) {
      const joined = new Uint8Array(
        bytes.buffer,
        last.bytes.byteOffset,
        last.bytes.length + bytes.length,
      );
      this.list[this.list.length - 1] = { ...last, bytes: joined };
    } else this.list.push({ bytes, restored, unknown });
  }
}

function isNext(before: Uint8Array, after: Uint8Array): boolean {
  return before.buffer === after.buffer && before.byteOffset + before.length === after.byteOffset;
}

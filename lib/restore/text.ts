import { applyEdits } from '../json/edit.ts';
import { waitingTail } from '../vault/forms.ts';
import { Pieces } from './pieces.ts';
import { emptyTally, restoreRange } from './range.ts';
import type { Resolve, RestoredPiece, Restorer } from './types.ts';

/**
 * Restores text as it arrives.
 *
 * @param base - layers of JSON escaping to assume over it
 */
export function createTextRestorer(resolve: Resolve, base = 0): Restorer {
  let held: Uint8Array = Buffer.alloc(0);

  function restore(bytes: Uint8Array, cut: number): readonly RestoredPiece[] {
    const pieces = new Pieces();
    const tally = emptyTally();
    const edits = restoreRange(bytes, 0, cut, base, resolve, tally);
    pieces.add(applyEdits(bytes, edits, 0, cut), tally);
    return pieces.list;
  }

  return {
    push(chunk) {
      const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      const cut = waitingTail(bytes, 0);
      held = Buffer.from(bytes.subarray(cut));
      return restore(bytes, cut);
    },
    end() {
      const rest = held;
      held = Buffer.alloc(0);
      return restore(rest, rest.length);
    },
    responseIds: [],
  };
}

import { WaterwallError } from '../errors.ts';
import { restoreDocument } from './document.ts';
import { Pieces } from './pieces.ts';
import type { Place } from './places.ts';
import { emptyTally } from './range.ts';
import type { Resolve, RestoredPiece, Restorer } from './types.ts';

const LF = 0x0a;
/** Before each record of a JSON text sequence (RFC 7464). */
const RS = 0x1e;

/**
 * Restores newline-delimited JSON, and JSON text sequences, line by line.
 *
 * @param limit - longest line in bytes
 */
export function createLinesRestorer(places: Place, resolve: Resolve, limit: number): Restorer {
  let pending: Buffer[] = [];
  let pendingLength = 0;

  function check(length: number): void {
    if (length <= limit) return;
    throw new WaterwallError('unscannable-body', 'a line of the answer is too long to be read', {
      fix: 'raise `limits.event` in config.yaml',
    });
  }

  function line(bytes: Buffer, pieces: Pieces): void {
    const whole = pendingLength === 0 ? bytes : Buffer.concat([...pending, bytes]);
    pending = [];
    pendingLength = 0;
    const start = whole[0] === RS ? 1 : 0;
    if (start > 0) pieces.add(whole.subarray(0, start), emptyTally());
    const tally = emptyTally();
    pieces.add(restoreDocument(whole.subarray(start), places, resolve, tally), tally);
  }

  function push(input: Uint8Array): readonly RestoredPiece[] {
    const chunk = Buffer.from(input.buffer, input.byteOffset, input.length);
    const pieces = new Pieces();
    let from = 0;
    for (let at = chunk.indexOf(LF); at !== -1; at = chunk.indexOf(LF, from)) {
      check(pendingLength + at - from);
      line(chunk.subarray(from, at + 1), pieces);
      from = at + 1;
    }
    if (from < chunk.length) pending.push(chunk.subarray(from));
    pendingLength += chunk.length - from;
    check(pendingLength);
    return pieces.list;
  }

  function end(): readonly RestoredPiece[] {
    const pieces = new Pieces();
    line(Buffer.alloc(0), pieces);
    return pieces.list;
  }

  return { push, end, responseIds: [] };
}

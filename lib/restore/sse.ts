import { applyEdits } from '../json/edit.ts';
import { findForm } from '../vault/forms.ts';
import type { ReleasedEvent } from './channels.ts';
import { textBase } from './document.ts';
import { createEventRestorer } from './events.ts';
import { readFields, withData, writeEvent } from './fields.ts';
import { createFramer } from './frames.ts';
import { Pieces } from './pieces.ts';
import type { ResponseGrammar } from './places.ts';
import { emptyTally, restoreRange } from './range.ts';
import type { Resolve, RestoredPiece, Restorer } from './types.ts';

const COLON = 0x3a;

/** Restores a stream of server-sent events. */
export function createSseRestorer(
  grammar: ResponseGrammar,
  resolve: Resolve,
  limit: number,
): Restorer {
  const events = createEventRestorer(grammar, resolve);
  const framer = createFramer(limit);
  /** How the stream writes its events, for those that we add. */
  let named = false;
  let eol = '\n';

  function pass(frame: Buffer, last: boolean, pieces: Pieces): void {
    const fields = events.matters(frame) ? readFields(frame) : undefined;
    if (fields !== undefined) {
      const { before, payload, ...tally } = events.event(fields.data, last);
      addReleased(before, pieces);
      ({ named, eol } = fields);
      pieces.add(payload === fields.data ? frame : withData(frame, fields, payload), tally);
    } else if (last || (frame[0] !== COLON && findForm(frame, 0) !== undefined))
      passBare(frame, last, pieces);
    else pieces.add(frame);
  }

  /** A frame without data: an event cut off before it, or no server-sent event at all. */
  function passBare(frame: Buffer, last: boolean, pieces: Pieces): void {
    if (last) addReleased(events.flush(), pieces);
    const tally = emptyTally();
    const edits = restoreRange(frame, 0, frame.length, textBase(frame), resolve, tally);
    pieces.add(applyEdits(frame, edits), tally);
  }

  function addReleased(released: readonly ReleasedEvent[], pieces: Pieces): void {
    for (const { type, payload } of released) {
      pieces.add(writeEvent(named && type !== '' ? type : undefined, payload, eol));
    }
  }

  function push(chunk: Uint8Array): readonly RestoredPiece[] {
    const pieces = new Pieces();
    for (const frame of framer.push(chunk)) pass(frame, false, pieces);
    return pieces.list;
  }

  function end(): readonly RestoredPiece[] {
    const pieces = new Pieces();
    const rest = framer.end();
    if (rest === undefined) addReleased(events.flush(), pieces);
    else pass(rest, true, pieces);
    return pieces.list;
  }

  return { push, end, responseIds: events.responseIds };
}

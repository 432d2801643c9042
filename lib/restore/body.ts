import { parseJson } from '../json/parse.ts';
import { restoreDocument } from './document.ts';
import { Pieces } from './pieces.ts';
import type { Place } from './places.ts';
import { emptyTally } from './range.ts';
import { createTextRestorer } from './text.ts';
import type { Resolve, RestoredPiece, Restorer } from './types.ts';
import { stringField } from './walk.ts';

/** White space that may stand before a document; DeepSeek sends empty lines while it works. */
const SPACE = new Set(Buffer.from(' \t\r\n\ufeff'));

/** How the ids of responses begin. */
const RESPONSE_ID = 'resp_';

/**
 * Restores a JSON document: collects it, then restores it by place. White space before it goes on
 * at once. A document above the limit is no message; it goes on as the text of JSON strings.
 */
export function createBodyRestorer(places: Place, resolve: Resolve, limit: number): Restorer {
  const responseIds: string[] = [];
  const collected: Uint8Array[] = [];
  let length = 0;
  let overflow: Restorer | undefined;

  function push(chunk: Uint8Array): readonly RestoredPiece[] {
    if (overflow !== undefined) return overflow.push(chunk);
    const pieces = new Pieces();
    const begin = length > 0 ? 0 : chunk.findIndex((byte) => !SPACE.has(byte));
    pieces.add(begin === -1 ? chunk : chunk.subarray(0, begin));
    if (begin === -1) return pieces.list;
    collected.push(chunk.subarray(begin));
    length += chunk.length - begin;
    if (length <= limit) return pieces.list;
    overflow = createTextRestorer(resolve, 1);
    return [...pieces.list, ...overflow.push(Buffer.concat(collected.splice(0)))];
  }

  function end(): readonly RestoredPiece[] {
    if (overflow !== undefined) return overflow.end();
    const bytes = Buffer.concat(collected);
    if (bytes.includes(RESPONSE_ID)) noteId(bytes);
    const tally = emptyTally();
    const pieces = new Pieces();
    pieces.add(restoreDocument(bytes, places, resolve, tally), tally);
    return pieces.list;
  }

  function noteId(bytes: Buffer): void {
    const root = parseJson(bytes);
    const id = root === undefined ? '' : stringField(bytes, root, 'id');
    if (id.startsWith(RESPONSE_ID)) responseIds.push(id);
  }

  return { push, end, responseIds };
}

import { applyEdits, type Edit } from '../json/edit.ts';
import { type JsonNode, parseJson } from '../json/parse.ts';
import { findForm } from '../vault/forms.ts';
import type { Place } from './places.ts';
import { restoreRange, type Tally } from './range.ts';
import type { Resolve } from './types.ts';
import { walk } from './walk.ts';

const LF = 0x0a;
const SPACE = /^[\s]$/;

/**
 * Restores a whole JSON document by place, or several, one a line. What does not parse is restored
 * as text; where it looks like JSON (cut off) as text inside of JSON strings.
 *
 * @returns the bytes given where nothing changes
 */
export function restoreDocument(
  bytes: Uint8Array,
  places: Place,
  resolve: Resolve,
  tally: Tally,
): Uint8Array {
  if (findForm(bytes, 0) === undefined) return bytes;
  const root = parseJson(bytes);
  const edits =
    root === undefined
      ? lineEdits(bytes, places, resolve, tally)
      : documentEdits(bytes, root, places, resolve, tally);
  return edits.length === 0 ? bytes : applyEdits(bytes, edits);
}

/** The edits of what is no document: of each line that is one by place, of the others as of text. */
function lineEdits(bytes: Uint8Array, places: Place, resolve: Resolve, tally: Tally): Edit[] {
  const base = textBase(bytes);
  if (base === 0) return restoreRange(bytes, 0, bytes.length, base, resolve, tally);
  const edits: Edit[] = [];
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(LF, from) + 1 || bytes.length;
    const line = bytes.subarray(from, end);
    const root = findForm(line, 0) === undefined ? undefined : parseJson(line);
    const found =
      root === undefined
        ? restoreRange(line, 0, line.length, base, resolve, tally)
        : documentEdits(line, root, places, resolve, tally);
    for (const edit of found) {
      edits.push({ ...edit, start: edit.start + from, end: edit.end + from });
    }
    from = end;
  }
  return edits;
}

/** Layers of escaping to assume for text that is no JSON document. */
export function textBase(bytes: Uint8Array): number {
  const first = bytes.find((byte) => !SPACE.test(String.fromCharCode(byte)));
  return first === 0x7b || first === 0x5b || first === 0x22 ? 1 : 0;
}

function documentEdits(
  bytes: Uint8Array,
  root: JsonNode,
  places: Place,
  resolve: Resolve,
  tally: Tally,
): Edit[] {
  const edits: Edit[] = [];
  walk(bytes, root, places, {
    string({ node, base }) {
      // No spread: a string may hold more placeholders than a call can have arguments.
      for (const edit of restoreRange(bytes, node.start, node.end, base, resolve, tally)) {
        edits.push(edit);
      }
    },
  });
  return edits;
}

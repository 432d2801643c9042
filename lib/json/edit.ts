/** Changing bytes at known places and leaving all others alone. */

/** A replacement of the bytes from `start` to `end`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

/**
 * Applies edits to the bytes from `start` to `end`.
 *
 * @param edits - sorted and disjoint, all within the range
 * @returns the range itself (shared memory) where there is no edit
 */
export function applyEdits(
  bytes: Uint8Array,
  edits: readonly Edit[],
  start = 0,
  end = bytes.length,
): Uint8Array {
  if (edits.length === 0) return bytes.subarray(start, end);
  let length = end - start;
  for (const edit of edits) length += edit.bytes.length - (edit.end - edit.start);
  const edited = Buffer.allocUnsafe(length);
  let from = start;
  let to = 0;
  for (const edit of edits) {
    to = copy(bytes, from, edit.start, edited, to);
    edited.set(edit.bytes, to);
    to += edit.bytes.length;
    from = edit.end;
  }
  copy(bytes, from, end, edited, to);
  return edited;
}

/** Shorter ranges are copied faster byte by byte than by a view of them. */
const SHORT = 64;

/** Copies a range and returns where the next one goes. */
function copy(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  to: number,
): number {
  if (end - start > SHORT) target.set(source.subarray(start, end), to);
  else for (let i = start; i < end; i++) target[to + i - start] = source[i] as number;
  return to + end - start;
}

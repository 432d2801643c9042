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
  const parts: Uint8Array[] = [];
  let at = start;
  for (const edit of edits) {
    parts.push(bytes.subarray(at, edit.start), edit.bytes);
    at = edit.end;
  }
  parts.push(bytes.subarray(at, end));
  return Buffer.concat(parts);
}

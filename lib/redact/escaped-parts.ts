import { type DecodedText, decodeParts } from '../json/text.ts';

/** How much around a place is decoded with it: more than any secret is long but a run of its own. */
const AROUND = 16_384;
const SPACE = 0x20;

/** What no secret and no name of one goes on over. */
const BETWEEN = Buffer.from('\n\0\n');

/**
 * Takes one layer of escapes off what stands around some places: the rest of a long text was read
 * as it stands. A part begins and ends at a space, which is of no escape and of no secret in one
 * line.
 *
 * @param places - offsets, in any order
 * @returns undefined where the parts are most of the text
 */
export function escapedParts(raw: Buffer, places: readonly number[]): DecodedText | undefined {
  const parts: { start: number; end: number }[] = [];
  let length = 0;
  for (const place of [...places].sort((a, b) => a - b)) {
    const last = parts.at(-1);
    if (last !== undefined && place < last.end) continue;
    const start = raw.lastIndexOf(SPACE, Math.max(0, place - AROUND)) + 1;
    const space = raw.indexOf(SPACE, place + AROUND);
    const end = space < 0 ? raw.length : space;
    if (last !== undefined && start <= last.end) {
      length += end - last.end;
      last.end = end;
    } else {
      length += end - start;
      parts.push({ start, end });
    }
  }
  return 2 * length > raw.length ? undefined : decodeParts(raw, parts, BETWEEN);
}

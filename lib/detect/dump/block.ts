import type { Range } from '../types.ts';
import {
  agreeing,
  LONGEST_PREFIX,
  offsetNear,
  type PlacedOffset,
  plus,
  readOffset,
} from './offset.ts';
import { type Row, readRow } from './row.ts';
import { decodeLine, type LineEnds, LONGEST_LINE, nextLine } from './source-line.ts';

/** A line of a dump: the range is what it shows, without its offset. */
export interface DumpLine extends Range {
  readonly bytes: Uint8Array;
}

/** Lines of a dump that follow each other. */
export interface DumpBlock {
  readonly lines: readonly DumpLine[];
  readonly unit: number;
  /** As in {@link Row}. */
  readonly isLittle: boolean | undefined;
  readonly end: number;
}

/** A line, and what finding the next one takes. */
interface ReadLine {
  readonly row: Row;
  readonly start: number;
  /** Where the line ends. */
  end: number;
}

const COLON = 0x3a;
const ASTERISK = 0x2a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** No line begins a dump that shows less than the shortest secret. */
const SHORTEST_ROW = 16;
const MOST_LAYERS = 3;

/**
 * Reads the lines of a dump from the one whose offset begins at `at`.
 *
 * @param depth - layers of JSON escaping that are known to lie over it
 * @returns undefined where no dump stands
 */
export function readDump(
  bytes: Uint8Array,
  at: number,
  depth: number,
  lineEnds: LineEnds,
): DumpBlock | undefined {
  const offset = beginsLine(bytes, at) ? readOffset(bytes, at) : undefined;
  const begun = offset && readFirst(bytes, offset.end, depth, lineEnds);
  if (offset === undefined || begun === undefined) return undefined;
  const lines = follow(bytes, begun.first, offset, begun.layers, lineEnds);
  return {
    lines: lines.map(({ start, end, row }) => ({ start, end, bytes: row.bytes })),
    unit: begun.first.row.unit,
    isLittle: lines.find(({ row }) => row.isLittle !== undefined)?.row.isLittle,
    end: (lines.at(-1) as ReadLine).end,
  };
}

/** Whether a line, or a string, begins not far before an offset. */
function beginsLine(bytes: Uint8Array, at: number): boolean {
  for (let before = at - 1; before >= at - LONGEST_PREFIX; before--) {
    const byte = bytes[before];
    if (byte === undefined || byte === 0x0a || byte === 0x0d || byte === QUOTE) return true;
    if (bytes[before - 1] === BACKSLASH && (byte === 0x6e || byte === 0x72)) return true;
  }
  return false;
}

/** Reads a line under so many layers as it is understood under; best under those that are known. */
function readFirst(
  bytes: Uint8Array,
  from: number,
  depth: number,
  lineEnds: LineEnds,
): { readonly first: ReadLine; readonly layers: number } | undefined {
  let doubtful: { readonly first: ReadLine; readonly layers: number } | undefined;
  for (let i = -1; i <= MOST_LAYERS; i++) {
    const layers = i < 0 ? depth : i;
    if (i === depth) continue;
    const end = lineEnds(from, layers);
    // Under other layers its end would be none; floods of short lines are read once.
    if (end - from < SHORTEST_ROW) return doubtful;
    const first = readLine(bytes, from, end, layers);
    if (first?.row.isWhole) return { first, layers };
    if (first !== undefined) doubtful ??= { first, layers };
  }
  return doubtful;
}

/** @param from - behind the offset */
function readLine(
  bytes: Uint8Array,
  from: number,
  end: number,
  depth: number,
  isDecimal = false,
): ReadLine | undefined {
  if (end - from > LONGEST_LINE) return undefined;
  const line = depth === 0 ? undefined : decodeLine(bytes, from, end, depth);
  const row =
    line === undefined
      ? readRow(bytes, from, end, isDecimal)
      : readRow(line, 0, line.length, isDecimal);
  if (row === undefined) return undefined;
  let start = from;
  while (bytes[start] === COLON || bytes[start] === 0x20) start++;
  // Nothing but spaces: characters of `od -c`.
  return { row, start: start < end ? start : from, end };
}

/** Goes on from a line to those whose offsets follow. */
function follow(
  bytes: Uint8Array,
  first: ReadLine,
  begun: PlacedOffset,
  depth: number,
  lineEnds: LineEnds,
): ReadLine[] {
  const lines = [first];
  let last = first;
  let { offset } = begun;
  let hasSecondRows = false;
  for (;;) {
    const next = nextLine(bytes, last.end, depth);
    if (next === undefined) return lines;
    const expected = plus(offset, last.row.bytes.length);
    let found = offsetNear(bytes, next, begun.width);
    let agreed = found && agreeing(found.offset, expected, false);
    if (agreed === undefined) {
      const end = lineEnds(next, depth);
      const after = end - next > LONGEST_LINE ? undefined : nextLine(bytes, end, depth);
      // Lines that repeat the one before are left out.
      const isSqueezed = bytes[end - 1] === ASTERISK && end - next <= LONGEST_PREFIX;
      found = after === undefined ? undefined : offsetNear(bytes, after, begun.width);
      agreed = found && agreeing(found.offset, expected, isSqueezed);
      // The same bytes once more, in another form, or the last ones of a cut text.
      hasSecondRows ||= agreed !== undefined && !isSqueezed;
      if (hasSecondRows && !isSqueezed) last.end = end;
    }
    if (found === undefined || agreed === undefined) return lines;
    const end = lineEnds(found.end, depth);
    const line = readLine(bytes, found.end, end, depth, first.row.isDecimal);
    if (line === undefined) return lines;
    lines.push(line);
    last = line;
    offset = agreed;
  }
}

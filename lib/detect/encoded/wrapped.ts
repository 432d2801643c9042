import { RUN } from '../anchor.ts';
import { holdsEscape, newlineEnd } from '../pem/block.ts';
import { skipGap } from '../pem/gap.ts';
import type { Range } from '../types.ts';
import { afterEscape } from './run.ts';

/** Lines of base64 or hex, put together again: an encoder breaks a secret where a line is full. */
export interface UnwrappedText {
  /** The lines of all blocks, with a line end between blocks only. */
  readonly bytes: Buffer;
  /**
   * The lines that hold a part of it. Lines that real line ends alone part are one range; with
   * prefixes or escaped line ends between them each is its own. None for a part of one line: that
   * is found where it stands, and no more of the line than it takes.
   */
  place(part: Range): readonly PlacedRange[];
}

export interface PlacedRange extends Range {
  /** As in `Span.depth`. */
  readonly depth: number;
}

interface Line extends Range {
  /** Where it stands in the text that was put together. */
  readonly at: number;
  /** Whether nothing but a line end and spaces part it from the line before. */
  readonly joined: boolean;
}

/** How long full lines are: encoders use 60, 64, 70 or 76, and people other lengths. */
const SHORTEST = 48;
const LONGEST = 128;
/** The letters of an escape before the first line. */
const MARGIN = 8;
const SPACE = 0x20;
const EQUALS = 0x3d;
const LINE_END = Uint8Array.of(0x0a);

/**
 * @param ends - where long runs end their lines, sorted
 * @returns undefined where no two lines belong together
 */
export function unwrapLines(
  bytes: Uint8Array,
  ends: readonly number[],
  depthAt: (offset: number) => number,
): UnwrappedText | undefined {
  const lines: Line[] = [];
  const parts: Uint8Array[] = [];
  let length = 0;
  let done = 0;
  for (const end of ends) {
    if (end <= done) continue;
    const block = readBlock(bytes, end, done);
    done = block.at(-1)?.end ?? end;
    if (block.length < 2) continue;
    block.forEach((line, i) => {
      const before = i === 0 ? undefined : (block[i - 1] as Range).end;
      const joined = before !== undefined && isJoined(bytes, before, line.start, depthAt);
      const { start, end } = line;
      lines.push({ start, end, at: length, joined });
      parts.push(bytes.subarray(start, end));
      length += end - start;
    });
    parts.push(LINE_END);
    length++;
  }
  if (lines.length === 0) return undefined;
  return {
    bytes: Buffer.concat(parts),
    place: ({ start, end }) => {
      const first = lineAt(lines, start);
      const last = lineAt(lines, end - 1);
      if (first === last) return [];
      return rangesOf(lines.slice(first, last + 1)).map((range) => {
        const padded = { start: range.start, end: paddingEnd(bytes, range.end) };
        const isEscaped = holdsEscape(bytes, padded.start, padded.end);
        return { ...padded, depth: isEscaped ? depthAt(padded.start) : 0 };
      });
    },
  };
}

/** The lines of the block whose first one ends at `firstEnd`. */
function readBlock(bytes: Uint8Array, firstEnd: number, done: number): Range[] {
  const stop = Math.max(done, firstEnd - LONGEST - MARGIN);
  let start = firstEnd;
  while (start > stop && isMember(bytes, start - 1)) start--;
  start = afterEscape(bytes, start);
  const signs = (firstEnd - start) % 4 === 1 && isSign(bytes[start]);
  if (signs) start++;
  const length = firstEnd - start;
  if (length < SHORTEST || length > LONGEST) return [];
  const lines: Range[] = [{ start, end: firstEnd }];
  for (let at = firstEnd; ; ) {
    const gap = skipGap(bytes, at, signs);
    if (!gap.newline) return lines;
    const limit = Math.min(bytes.length, gap.at + length);
    let end = gap.at;
    while (end < limit && isMember(bytes, end)) end++;
    if (end === gap.at || isMember(bytes, end)) return lines;
    lines.push({ start: gap.at, end });
    if (end < gap.at + length) return lines;
    at = end;
  }
}

function isMember(bytes: Uint8Array, at: number): boolean {
  return RUN.has[bytes[at] as number] === 1;
}

function isSign(byte: number | undefined): boolean {
  return byte === 0x2b || byte === 0x2d;
}

function isJoined(
  bytes: Uint8Array,
  from: number,
  to: number,
  depthAt: (offset: number) => number,
): boolean {
  let at = newlineEnd(bytes, from, depthAt(from));
  if (at === from) return false;
  while (at < to && bytes[at] === SPACE) at++;
  return at === to;
}

/**
 * The line that holds an offset of a text that was put together, or the last one before it.
 *
 * @param lines - where each begins in that text, ascending
 */
export function lineAt(lines: readonly { readonly at: number }[], offset: number): number {
  let low = 0;
  let high = lines.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((lines[middle] as { at: number }).at <= offset) low = middle;
    else high = middle;
  }
  return low;
}

function rangesOf(lines: readonly Line[]): Range[] {
  const ranges: Range[] = [];
  for (const { start, end, joined } of lines) {
    const last = ranges.at(-1);
    if (last !== undefined && joined) ranges[ranges.length - 1] = { start: last.start, end };
    else ranges.push({ start, end });
  }
  return ranges;
}

function paddingEnd(bytes: Uint8Array, from: number): number {
  let end = from;
  while (end - from < 2 && bytes[end] === EQUALS) end++;
  return end;
}

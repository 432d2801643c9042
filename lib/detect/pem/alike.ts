import { isCut } from '../boundary.ts';
import type { Match } from '../match.ts';
import { LONGEST_BACKSLASHES } from './gap.ts';
import {
  asLongAs,
  type Fits,
  lineBefore,
  looksRandom,
  mayBeLine,
  nextDashes,
  nextLine,
  paddingEnd,
  REACH,
  runBefore,
  runsIn,
} from './key-line.ts';
import { CUT_BEFORE, type KeyLines } from './walk.ts';

/**
 * Lines of a key with whatever a log, a list or a page puts between them: times, names, authors,
 * tags. They are told by their length, which is one for all but the last, and by what stands right
 * before and behind each, which is the same.
 */

/** How long the lines of a key are: RFC 7468 and PGP, OpenSSH, MIME. One such line is enough. */
const USUAL = new Set([64, 70, 76]);
/** The first line has headers before it, and the last one a short one behind it. */
const FIRST_REACH = 2 * REACH;
/** By how much what stands between lines may differ in length. */
const TOLERANCE = 16;
/** Before the last line, before a PGP checksum, and before the marker. */
const LAST_GAPS = 3;
/** A line that was cut counts from here on. */
const ENOUGH = 16;
/** Of a key that was cut on both sides; and digits in its first line, of which names have fewer. */
const ENOUGH_LINES = 3;
const FEW_DIGITS = 3;

const EQUALS = 0x3d;
const DASH = 0x2d;
const BACKSLASH = 0x5c;
const QUOTE = 0x22;

/** The lines behind a BEGIN marker. */
export function linesAfter(bytes: Uint8Array, marker: Match): KeyLines {
  const first = nextLine(bytes, marker.end, mayBeLine, FIRST_REACH);
  if (first === undefined || !areAlike(bytes, marker, first)) return { runs: [], at: marker.end };
  const full = follow(bytes, first);
  if (!areEnough(full)) return { runs: [], at: marker.end };
  const gap = gapOf(full) ?? first.start - marker.end;
  const last = full.at(-1) as Match;
  const near = last.end - last.start + LAST_GAPS * (gap + TOLERANCE);
  const end = nextDashes(bytes, last.end, near);
  const runs = [...withCutLines(bytes, full), ...shortLine(bytes, last, gap, end)];
  const at = (runs.at(-1) as Match).end;
  return { runs, at: end !== undefined && end - at <= gap + TOLERANCE ? end : at };
}

/** The lines before an END marker whose BEGIN marker is missing. */
export function linesBefore(bytes: Uint8Array, marker: Match): readonly Match[] {
  const last = lastFull(bytes, marker);
  if (last === undefined) return [];
  const full = [last];
  const isBefore = asLongAs(last);
  for (let first = last; ; ) {
    const before = lineBefore(bytes, first.start, isBefore);
    if (before === undefined || !areAlike(bytes, before, first)) break;
    full.push(before);
    first = before;
  }
  full.reverse();
  const gap = gapOf(full);
  const [first] = full as [Match];
  const reach = first.end - first.start + (gap ?? marker.start - last.end) + TOLERANCE;
  const before = runsIn(bytes, Math.max(0, first.start - reach), first.start);
  const cut = before.filter((run) => isCutBefore(bytes, run, first));
  if (!areEnough(full) && cut.length === 0) return [];
  const short = shortLine(bytes, last, gap, marker.start);
  return [...cut, ...withCutLines(bytes, full), ...short];
}

/** The last full line before a marker: the very last line may be nearly as long. */
function lastFull(bytes: Uint8Array, marker: Match): Match | undefined {
  const last = lineBefore(bytes, marker.start, mayBeLine, FIRST_REACH);
  if (last === undefined) return undefined;
  const padded = { start: last.start, end: paddingEnd(bytes, last.end) };
  if (!areAlike(bytes, padded, marker)) return undefined;
  const isLonger: Fits = (_, line) =>
    line.end - line.start > last.end - last.start && mayBeLine(bytes, line);
  const longer = lineBefore(bytes, last.start, isLonger);
  if (longer === undefined || !areAlike(bytes, longer, padded)) return last;
  const off = last.start - longer.end - (marker.start - padded.end);
  return Math.abs(off) <= TOLERANCE ? longer : last;
}

/** Full lines, and what is left of others where some were cut out between them. */
function withCutLines(bytes: Uint8Array, full: readonly Match[]): readonly Match[] {
  const room = (gapOf(full) ?? 0) + ENOUGH;
  const lines: Match[] = [];
  let last: Match | undefined;
  for (const line of full) {
    if (last !== undefined && line.start - last.end > room) {
      for (const run of runsIn(bytes, last.end, line.start)) {
        if (isCutAfter(bytes, run, line) || isCutBefore(bytes, run, line)) lines.push(run);
      }
    }
    lines.push(line);
    last = line;
  }
  return lines;
}

/** Whether a line begins as a full one does, and is cut off. */
function isCutAfter(bytes: Uint8Array, { start, end }: Match, full: Match): boolean {
  if (end - start < ENOUGH || bytes[start - 1] !== bytes[full.start - 1]) return false;
  let quote = end;
  while (bytes[quote] === BACKSLASH && quote - end < LONGEST_BACKSLASHES) quote++;
  return bytes[quote] === QUOTE || isCut(bytes, end, 0);
}

/** Whether a line ends as a full one does, and its beginning was cut off. */
function isCutBefore(bytes: Uint8Array, { start, end }: Match, full: Match): boolean {
  if (end - start < ENOUGH || bytes[end] !== bytes[full.end]) return false;
  return CUT_BEFORE.has(bytes[start - 1] as number);
}

/**
 * The lines of a key that was cut on both sides, from the one that ends at an offset on; none where
 * they are too few. What parts them is much alike: there is no marker that speaks for them.
 */
export function linesFrom(bytes: Uint8Array, end: number): readonly Match[] {
  const first = runBefore(bytes, end);
  if (!USUAL.has(end - first.start) || !looksRandom(bytes, first, FEW_DIGITS)) return [];
  if (bytes[first.start - 1] === DASH) return [];
  const runs = follow(bytes, first, isSameGap);
  return runs.length < ENOUGH_LINES ? [] : runs;
}

type Likeness = (bytes: Uint8Array, one: Match, next: Match, gap: number | undefined) => boolean;

function follow(bytes: Uint8Array, first: Match, alike: Likeness = areAlike): Match[] {
  const runs = [first];
  const isNext = asLongAs(first);
  for (let last = first; ; ) {
    const next = nextLine(bytes, last.end, isNext);
    if (next === undefined || !alike(bytes, last, next, gapOf(runs.slice(0, 2)))) return runs;
    runs.push(next);
    last = next;
  }
}

function areEnough(full: readonly Match[]): boolean {
  const [{ start, end }] = full as [Match];
  return full.length > 1 || USUAL.has(end - start);
}

/** How much parts two lines at least: in a log, lines of others may stand between them. */
function gapOf(full: readonly Match[]): number | undefined {
  let least: number | undefined;
  for (let i = 1; i < full.length; i++) {
    const gap = (full[i] as Match).start - (full[i - 1] as Match).end;
    least = Math.min(gap, least ?? gap);
  }
  return least;
}

/** Where a list begins or ends, one side of its first or last line is another. */
function areAlike(bytes: Uint8Array, one: Match, next: Match): boolean {
  return bytes[one.start - 1] === bytes[next.start - 1] || bytes[one.end] === bytes[next.end];
}

function areAlikeOnBothSides(bytes: Uint8Array, one: Match, next: Match): boolean {
  return bytes[one.start - 1] === bytes[next.start - 1] && bytes[one.end] === bytes[next.end];
}

function isSameGap(bytes: Uint8Array, one: Match, next: Match, gap: number | undefined): boolean {
  const length = next.start - one.end;
  if (Math.abs(length - (gap ?? length)) > TOLERANCE) return false;
  return areAlikeOnBothSides(bytes, one, next) && holdsLineEnd(bytes, one.end, next.start);
}

function holdsLineEnd(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at];
    if (byte === 0x0a || byte === 0x0d) return true;
    if ((byte === 0x6e || byte === 0x72) && bytes[at - 1] === BACKSLASH) return true;
  }
  return false;
}

/**
 * The last line, as far behind the full ones as these are behind each other.
 *
 * @param gap - how far; undefined where it is as far as from there to the marker
 * @param marker - where the next one begins
 */
function shortLine(
  bytes: Uint8Array,
  full: Match,
  gap: number | undefined,
  marker: number | undefined,
): readonly Match[] {
  const stop = Math.min(marker ?? bytes.length, full.end + (gap ?? REACH) + TOLERANCE);
  let best: Match | undefined;
  let least = TOLERANCE + 1;
  for (const run of runsIn(bytes, full.end, stop)) {
    const expected = gap ?? (marker ?? run.end) - run.end;
    const off = Math.abs(run.start - full.end - expected);
    if (off >= least || run.end - run.start >= full.end - full.start) continue;
    if (!isShortLine(bytes, run, full, marker)) continue;
    best = run;
    least = off;
  }
  return best === undefined ? [] : [best];
}

function isShortLine(
  bytes: Uint8Array,
  run: Match,
  full: Match,
  marker: number | undefined,
): boolean {
  if (marker !== undefined && bytes[run.end] === bytes[full.end]) {
    const before = bytes[run.start - 1];
    return before === bytes[full.start - 1] || before === bytes[marker - 1];
  }
  if (!areAlikeOnBothSides(bytes, run, full)) return isCutAfter(bytes, run, full);
  return run.end - run.start >= ENOUGH || bytes[run.end - 1] === EQUALS;
}

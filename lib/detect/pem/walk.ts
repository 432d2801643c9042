import { isCut } from '../boundary.ts';
import { BASE64 } from '../byte-class.ts';
import type { Match } from '../match.ts';
import { runEnd } from '../run-reader.ts';
import { LONGEST_BACKSLASHES, skipGap } from './gap.ts';
import { headerEnd } from './header.ts';
import { isDashes } from './marker.ts';

/** A run of base64 that is no shorter than this is a line of a key, whatever follows. */
const FULL_LINE = 32;
/** A key that was cut within its first line counts from here on. */
const ENOUGH = 16;
/** A last line and a PGP checksum. */
const SHORT_LINES = 2;
const MAX_HEADERS = 8;
const LOOK_BACK = 512;
const BACKSLASH = 0x5c;
const PLUS = 0x2b;

/** The end of the run of base64 characters that begins here. */
export function base64End(bytes: Uint8Array, at: number): number {
  return runEnd(bytes, BASE64, at);
}

/** What a walk along the lines of a key found. */
export interface KeyLines {
  readonly runs: readonly Match[];
  /** Where the walk stopped. */
  readonly at: number;
}

/** Walks from behind a BEGIN marker to the next marker or the first thing that is no key line. */
export function walkForward(
  bytes: Uint8Array,
  from: number,
  signs: boolean,
  headers = MAX_HEADERS,
): KeyLines {
  const runs: Match[] = [];
  let at = from;
  let headersLeft = headers;
  let short = 0;
  for (;;) {
    const gap = skipGap(bytes, at, signs);
    at = gap.at;
    if (isDashes(bytes, at)) return { runs: total(runs) >= ENOUGH ? runs : [], at };
    const header = runs.length === 0 && headersLeft > 0 ? headerEnd(bytes, at) : at;
    if (header > at) {
      headersLeft--;
      at = header;
      continue;
    }
    const end = base64End(bytes, at);
    if (end === at) break;
    if (end - at < FULL_LINE) {
      if (++short > SHORT_LINES || !endsLine(bytes, end)) break;
    }
    runs.push({ start: at, end });
    at = end;
  }
  const last = runs.at(-1);
  const counts =
    runs.some((run) => run.end - run.start >= FULL_LINE) ||
    (last !== undefined && total(runs) >= ENOUGH && isCut(bytes, last.end, 0));
  return { runs: counts ? runs : [], at };
}

/** Walks back from an END marker whose block's head is missing. */
export function walkBackward(bytes: Uint8Array, marker: number, signs: boolean): KeyLines {
  const runs: Match[] = [];
  let lineEnd = marker;
  let short = 0;
  for (let first = true; lineEnd > 0; first = false) {
    const line = lineBefore(bytes, lineEnd);
    const run = keyRun(bytes, line.start, lineEnd, signs, line.complete);
    if (run === undefined) {
      // The END marker's own line holds nothing but its prefix.
      if (!first) break;
    } else {
      if (run.end - run.start < FULL_LINE && ++short > SHORT_LINES) break;
      runs.unshift(run);
      if (run.start > line.start && !line.complete) break;
    }
    if (!line.complete) break;
    lineEnd = line.before;
  }
  return { runs: total(runs) >= ENOUGH ? runs : [], at: lineEnd };
}

interface Line {
  readonly start: number;
  /** Where the line end before it begins. */
  readonly before: number;
  /** Whether a line end was found, and not the beginning of the text or too long a line. */
  readonly complete: boolean;
}

function lineBefore(bytes: Uint8Array, end: number): Line {
  const stop = Math.max(0, end - LOOK_BACK);
  for (let at = end - 1; at >= stop; at--) {
    const byte = bytes[at];
    if (byte === 0x0a || byte === 0x0d) return { start: at + 1, before: at, complete: true };
    if ((byte === 0x6e || byte === 0x72) && bytes[at - 1] === BACKSLASH) {
      let before = at - 1;
      while (before > 0 && bytes[before - 1] === BACKSLASH && at - before < LONGEST_BACKSLASHES)
        before--;
      return { start: at + 1, before, complete: true };
    }
  }
  return { start: stop, before: stop, complete: false };
}

/** The base64 with which a line ends, if that is all it holds but a prefix. */
function keyRun(
  bytes: Uint8Array,
  start: number,
  end: number,
  signs: boolean,
  complete: boolean,
): Match | undefined {
  const text = trailEnd(bytes, start, end);
  if (complete) {
    const from = skipGap(bytes, start, signs, true).at;
    if (from < text && base64End(bytes, from) >= text) return { start: from, end: text };
  }
  let from = text;
  while (from > 0 && BASE64.has[bytes[from - 1] as number] === 1) from--;
  const afterCut = from === 0 || CUT_BEFORE.has(bytes[from - 1] as number);
  return text - from >= ENOUGH && (afterCut || !complete) ? { start: from, end: text } : undefined;
}

/** Last bytes of the marks that stand where something was cut out. */
export const CUT_BEFORE = new Set([0xa6, 0x2e, 0x5d, 0x3e]);
const TRAILING = new Set(Buffer.from(' \t"\',;+\\)', 'latin1'));

function trailEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && TRAILING.has(bytes[at - 1] as number)) {
    // A plus right behind base64 is base64; source code has a quote before it.
    if (bytes[at - 1] === PLUS && BASE64.has[bytes[at - 2] as number] === 1) break;
    at--;
  }
  return at;
}

function endsLine(bytes: Uint8Array, at: number): boolean {
  if (isCut(bytes, at, 0)) return true;
  const gap = skipGap(bytes, at, false);
  return gap.newline || isDashes(bytes, gap.at) || gap.at === bytes.length || bytes[at] === 0x22;
}

/** Characters in runs. */
export function total(runs: readonly Match[]): number {
  return runs.reduce((sum, run) => sum + run.end - run.start, 0);
}

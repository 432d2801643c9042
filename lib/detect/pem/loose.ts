import { BASE64, HEX } from '../byte-class.ts';
import type { Match } from '../match.ts';
import { linesFrom } from './alike.ts';
import { skipGap } from './gap.ts';
import { base64End } from './walk.ts';

/** How long the lines of a key are: RFC 7468 and PGP, OpenSSH, MIME. */
const LINE_LENGTHS = new Set([64, 70, 76]);
const SHORTEST = 64;
/** With the letter of an escape and the sign of a diff before it. */
const LONGEST = 78;
const ENOUGH_LINES = 3;
const MEMBERS = BASE64.has;
const BACKSLASH = 0x5c;
const PLUS = 0x2b;

/**
 * Finds three or more consecutive lines of base64 of the length of key lines, without a marker
 * near: the middle of a key that was cut on both sides.
 *
 * @param runEnds - where long runs of base64 characters end, of either alphabet; sorted
 */
export function findLooseLines(bytes: Uint8Array, runEnds: readonly number[]): Match[] {
  const runs: Match[] = [];
  let done = 0;
  for (const runEnd of runEnds) {
    // Padding is no part of what the kernel takes for a run.
    const inside = runEnd - 1;
    if (inside < done) continue;
    const start = runStart(bytes, inside);
    const end = runLimit(bytes, inside);
    if (end - start < SHORTEST || end - start > LONGEST) continue;
    const group = readGroup(bytes, lineAt(bytes, start));
    const found = group.runs.length >= ENOUGH_LINES ? group.runs : linesFrom(bytes, end);
    for (const run of found) runs.push(run);
    done = Math.max(group.end, found.at(-1)?.end ?? 0);
  }
  return runs;
}

function isMember(bytes: Uint8Array, at: number): boolean {
  return MEMBERS[bytes[at] as number] === 1;
}

/** The beginning of the run around a place, as far as it matters. */
function runStart(bytes: Uint8Array, probe: number): number {
  const stop = Math.max(0, probe - LONGEST);
  let at = probe;
  while (at > stop && isMember(bytes, at - 1)) at--;
  return at;
}

function runLimit(bytes: Uint8Array, probe: number): number {
  const stop = Math.min(bytes.length, probe + LONGEST + 1);
  let at = probe;
  while (at < stop && isMember(bytes, at)) at++;
  return at;
}

/** The run at an offset, without the letter of an escape or the sign of a diff before it. */
function lineAt(bytes: Uint8Array, from: number): Match {
  const end = base64End(bytes, from);
  let start = from;
  if (bytes[start - 1] === BACKSLASH && start < end) start++;
  if (bytes[start] === PLUS && LINE_LENGTHS.has(end - start - 1)) start++;
  return { start, end };
}

function readGroup(
  bytes: Uint8Array,
  first: Match,
): { readonly runs: Match[]; readonly end: number } {
  const length = first.end - first.start;
  if (!LINE_LENGTHS.has(length) || isHexLine(bytes, first)) return { runs: [], end: first.end };
  const runs = [first];
  for (let end = first.end; ; ) {
    const gap = skipGap(bytes, end, false);
    const next = lineAt(bytes, gap.at);
    if (!gap.newline || next.end === next.start) return { runs, end };
    if (next.end - next.start !== length) {
      // The last line is shorter; it belongs to the key where it is all that its line holds.
      const ends = next.end === bytes.length || skipGap(bytes, next.end, false).newline;
      const signed = bytes[first.start - 1] === PLUS && bytes[next.start] === PLUS;
      if (next.end - next.start < length && ends) {
        runs.push({ start: signed ? next.start + 1 : next.start, end: next.end });
      }
      return { runs, end };
    }
    runs.push(next);
    end = next.end;
  }
}

/** Digests are 64 characters too. */
function isHexLine(bytes: Uint8Array, line: Match): boolean {
  for (let at = line.start; at < line.end; at++)
    if (HEX.has[bytes[at] as number] === 0) return false;
  return true;
}

import { HEX } from '../byte-class.ts';
import type { Match } from '../match.ts';
import { isBase64 } from './block.ts';
import { skipGap } from './gap.ts';
import { base64End } from './walk.ts';

/** How long the lines of a key are: RFC 7468 and PGP, OpenSSH, MIME. */
const LINE_LENGTHS = new Set([64, 70, 76]);
const SHORTEST = 64;
const ENOUGH_LINES = 3;
const BACKSLASH = 0x5c;
const PLUS = 0x2b;

/**
 * Finds three or more consecutive lines of base64 of the length of key lines, without a marker
 * near: the middle of a key that was cut on both sides.
 */
export function findLooseLines(bytes: Uint8Array): Match[] {
  const runs: Match[] = [];
  // A run of 64 holds a multiple of 64: every other byte need not be looked at.
  for (let probe = 0; probe < bytes.length; ) {
    if (!isBase64(bytes[probe])) {
      probe += SHORTEST;
      continue;
    }
    let start = probe;
    while (start > 0 && probe - start < SHORTEST && isBase64(bytes[start - 1])) start--;
    const group = readGroup(bytes, lineAt(bytes, start));
    if (group.runs.length >= ENOUGH_LINES) runs.push(...group.runs);
    probe = Math.max(probe + 1, group.end);
    probe += (SHORTEST - (probe % SHORTEST)) % SHORTEST;
  }
  return runs;
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
      if (next.end - next.start < length && ends) runs.push(next);
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

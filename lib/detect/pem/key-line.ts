import { ALNUM, byteClass, DIGIT, HEX } from '../byte-class.ts';
import { afterEscape } from '../encoded/run.ts';
import type { Match } from '../match.ts';
import { runEnd } from '../run-reader.ts';
import { isDashes } from './marker.ts';

/** Runs of base64 that may be lines of a key, between whatever parts them. */

const MEMBER = byteClass([...ALNUM.members, ...Buffer.from('+/')]);
const SHORTEST = 40;
const LONGEST = 78;
/** How far the next line may be: the author and the time of `git blame`, escaped a few times. */
export const REACH = 512;

const EQUALS = 0x3d;
const DASH = 0x2d;

/** Whether a run is one that is looked for. */
export type Fits = (bytes: Uint8Array, line: Match) => boolean;

/** Every so many bytes are looked at: five dashes begin a marker. */
const STRIDE = 5;
/** So many of these in a row lie in a run that is long enough, wherever it begins. */
const ENOUGH_PROBES = SHORTEST / STRIDE - 1;

/** The next run of {@link SHORTEST} and more that fits; not behind a marker. */
export function nextLine(
  bytes: Uint8Array,
  from: number,
  fits: Fits,
  reach = REACH,
): Match | undefined {
  const stop = Math.min(bytes.length, from + reach);
  let probes = 0;
  for (let at = from; at < stop; at += STRIDE) {
    const byte = bytes[at] as number;
    probes = MEMBER.has[byte] === 1 ? probes + 1 : 0;
    if (byte === DASH && isInDashes(bytes, at, from)) return undefined;
    if (probes < ENOUGH_PROBES) continue;
    const line = runBefore(bytes, runEnd(bytes, MEMBER, at));
    if (line.start >= from && fits(bytes, line)) return line;
    at = line.end;
    probes = 0;
  }
  return undefined;
}

/** The last such run before a place; not before a marker. */
export function lineBefore(
  bytes: Uint8Array,
  to: number,
  fits: Fits,
  reach = REACH,
): Match | undefined {
  const stop = Math.max(0, to - reach);
  let probes = 0;
  for (let at = to - 1; at >= stop; at -= STRIDE) {
    const byte = bytes[at] as number;
    probes = MEMBER.has[byte] === 1 ? probes + 1 : 0;
    if (byte === DASH && isInDashes(bytes, at, stop, to)) return undefined;
    if (probes < ENOUGH_PROBES) continue;
    const line = runBefore(bytes, runEnd(bytes, MEMBER, at));
    if (line.end <= to && fits(bytes, line)) return line;
    at = line.start;
    probes = 0;
  }
  return undefined;
}

/** Whether an offset lies in five dashes between two places. */
function isInDashes(bytes: Uint8Array, at: number, from: number, to = bytes.length): boolean {
  let start = at;
  while (start > from && at - start < STRIDE - 1 && bytes[start - 1] === DASH) start--;
  return start + STRIDE <= to && isDashes(bytes, start);
}

/** Whether a line can be a full one of a key. */
export const mayBeLine: Fits = (bytes, line) => {
  const length = line.end - line.start;
  return length >= SHORTEST && length <= LONGEST && looksRandom(bytes, line);
};

/** Whether a line is as long as another. */
export function asLongAs({ start, end }: Match): Fits {
  return (_, line) => line.end - line.start === end - start;
}

/** The run that ends at an offset. */
export function runBefore(bytes: Uint8Array, end: number): Match {
  let start = end;
  while (start > 0 && MEMBER.has[bytes[start - 1] as number] === 1) start--;
  return { start: Math.min(end, afterLineEnd(bytes, start)), end };
}

/** The runs between two offsets, with their padding. */
export function runsIn(bytes: Uint8Array, from: number, to: number): readonly Match[] {
  const runs: Match[] = [];
  for (let at = from; at < to; ) {
    const start = afterLineEnd(bytes, at);
    const end = paddingEnd(bytes, runEnd(bytes, MEMBER, at));
    if (end > start) runs.push({ start, end });
    at = Math.max(end, at + 1);
  }
  return runs;
}

/** Where padding ends that begins at an offset. */
export function paddingEnd(bytes: Uint8Array, from: number): number {
  let end = from;
  while (end - from < 2 && bytes[end] === EQUALS) end++;
  return end;
}

/** Behind the letter of an escape, also one of PowerShell (`` `n ``) or of `cat -A` (`^J`). */
function afterLineEnd(bytes: Uint8Array, at: number): number {
  const [mark, letter] = [bytes[at - 1], bytes[at]];
  const isOther = (mark === 0x60 && letter === 0x6e) || (mark === 0x5e && letter === 0x4a);
  return isOther ? at + 1 : afterEscape(bytes, at);
}

/** Letters of both cases and so many digits, and no digest. */
export function looksRandom(bytes: Uint8Array, { start, end }: Match, leastDigits = 1): boolean {
  let digits = 0;
  let capitals = 0;
  let others = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (DIGIT.has[byte] === 1) digits++;
    else if (HEX.has[byte] === 0) others++;
    if (byte >= 0x41 && byte <= 0x5a) capitals++;
  }
  const small = end - start - digits - capitals;
  return digits >= leastDigits && capitals > 0 && small > 0 && others > 0;
}

/** Where the next marker begins, if that is near. */
export function nextDashes(bytes: Uint8Array, from: number, reach: number): number | undefined {
  const stop = Math.min(bytes.length, from + reach);
  for (let at = from; at < stop; at++) {
    if (bytes[at] === DASH && isDashes(bytes, at)) return at;
  }
  return undefined;
}

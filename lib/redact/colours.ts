import { OffsetMap } from '../json/offset-map.ts';
import type { DecodedText } from '../json/text.ts';

/**
 * Control codes of terminals (ECMA-48 §5.4), as `grep --color` and word diffs write them into the
 * middle of words: as bytes, or with their Escape spelled as JSON and source code do.
 */

const ESCAPE = 0x1b;
const BACKSLASH = 0x5c;
const BRACKET = 0x5b;
const ROUND = 0x28;
const BETWEEN = 0x0a;
const QUOTE = 0x22;

/** Three layers of JSON over an escape. */
const MOST_BACKSLASHES = 8;

/** Parameters of a code that a terminal knows are shorter. */
const LONGEST_CODE = 32;

/** How much around a code is looked at: longer than any secret of one line but few. */
const REACH = 256;

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Takes all codes out of a text. */
export function withoutColours(raw: Uint8Array): DecodedText {
  const codes: Range[] = [];
  for (let at = 0; at < raw.length; ) {
    const byte = raw[at];
    const code = byte === ESCAPE || byte === BACKSLASH ? codeAt(raw, at) : undefined;
    if (code !== undefined) codes.push(code);
    at = code?.end ?? Math.max(at + 1, runEnd(raw, at));
  }
  return join(raw, [{ start: 0, end: raw.length }], codes, false);
}

/**
 * What stands in one line with codes that stand within words, without them, with a line end after
 * each.
 *
 * @param offsets - where codes are spelled out, sorted; codes as bytes are found here
 * @returns undefined where there is none
 */
export function colouredParts(raw: Buffer, offsets: readonly number[]): DecodedText | undefined {
  const codes = codesIn(raw, offsets);
  const parts: { start: number; end: number }[] = [];
  for (let i = 0; i < codes.length; ) {
    const { start } = codes[i] as Range;
    let { end } = codes[i] as Range;
    for (i++; codes[i]?.start === end; i++) end = (codes[i] as Range).end;
    if (!isOfWord(raw[start - 1]) || !isOfWord(raw[end])) continue;
    const last = parts.at(-1);
    const from = Math.max(lineStart(raw, start), last?.end ?? 0);
    const to = lineEnd(raw, end);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, to);
    else parts.push({ start: from, end: to });
  }
  return parts.length === 0 ? undefined : join(raw, parts, codes, true);
}

function codesIn(raw: Buffer, offsets: readonly number[]): Range[] {
  const codes: Range[] = [];
  const add = (at: number): void => {
    const code = codeAt(raw, at);
    if (code !== undefined) codes.push(code);
  };
  for (let at = raw.indexOf(ESCAPE); at >= 0; at = raw.indexOf(ESCAPE, at + 1)) add(at);
  for (const at of offsets) add(at);
  return codes.sort((a, b) => a.start - b.start);
}

/** The code at an Escape, or at the backslashes before a spelled one. */
function codeAt(raw: Uint8Array, at: number): Range | undefined {
  let start = at;
  let next = at + 1;
  if (raw[at] !== ESCAPE) {
    const mark = runEnd(raw, at);
    const spelled = spelledLength(raw, mark);
    if (mark === at || spelled === 0) return undefined;
    // Of three backslashes two stand for one of the text.
    const run = mark - at;
    start = mark - Math.min(run & -run, MOST_BACKSLASHES);
    next = mark + spelled;
  }
  if (raw[next] === ROUND) return { start, end: Math.min(next + 2, raw.length) };
  if (raw[next] !== BRACKET) return undefined;
  for (const from = next++; next - from < LONGEST_CODE; next++) {
    const byte = raw[next] ?? 0;
    if (byte >= 0x40 && byte <= 0x7e) return { start, end: next + 1 };
    if (byte < 0x20 || byte > 0x3f) return undefined;
  }
  return undefined;
}

/** How long the rest of a spelled Escape is: `u001b`, `x1b`, `033`; 0 where there is none. */
function spelledLength(raw: Uint8Array, at: number): number {
  const byte = raw[at];
  const digits = byte === 0x75 ? at + 3 : at + 1;
  if (byte === 0x30) return raw[at + 1] === 0x33 && raw[at + 2] === 0x33 ? 3 : 0;
  if (byte === 0x75 && (raw[at + 1] !== 0x30 || raw[at + 2] !== 0x30)) return 0;
  if (byte !== 0x75 && byte !== 0x78) return 0;
  const isEscape = raw[digits] === 0x31 && ((raw[digits + 1] ?? 0) | 0x20) === 0x62;
  return isEscape ? digits + 2 - at : 0;
}

/** The parts without the codes; of a code that is cut the rest stays. */
function join(
  raw: Uint8Array,
  parts: readonly Range[],
  codes: readonly Range[],
  parted: boolean,
): DecodedText {
  const length = parts.reduce((sum, { start, end }) => sum + end - start + 1, 0);
  const bytes = Buffer.allocUnsafe(length);
  const origin = new OffsetMap(0);
  let to = 0;
  let code = 0;
  for (const { start, end } of parts) {
    origin.add(to, start);
    for (let at = start; at < end; ) {
      while (code < codes.length && (codes[code] as Range).start < at) code++;
      if (codes[code]?.start === at) {
        at = (codes[code] as Range).end;
        origin.add(to, at);
      } else bytes[to++] = raw[at++] as number;
    }
    if (parted) bytes[to++] = BETWEEN;
    origin.add(to, end);
  }
  return { bytes: bytes.subarray(0, to), origin };
}

function lineStart(raw: Uint8Array, from: number): number {
  let at = from;
  while (at > 0 && from - at < REACH && !endsLine(raw, at - 1)) at--;
  return at;
}

function lineEnd(raw: Uint8Array, from: number): number {
  let at = from;
  while (at < raw.length && at - from < REACH && !endsLine(raw, at)) at++;
  return at;
}

/** Whether a line ends with the byte at an offset: a line end, or the letter of a spelled one. */
function endsLine(raw: Uint8Array, at: number): boolean {
  const byte = raw[at];
  if (byte === 0x0a || byte === 0x0d) return true;
  return raw[at - 1] === BACKSLASH && (byte === 0x6e || byte === 0x72);
}

function isOfWord(byte: number | undefined): boolean {
  return byte !== undefined && byte > 0x20 && byte !== QUOTE;
}

function runEnd(raw: Uint8Array, at: number): number {
  let end = at;
  while (raw[end] === BACKSLASH) end++;
  return end;
}

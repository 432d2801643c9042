import { RUN } from '../anchor.ts';
import { type ByteClass, HEX } from '../byte-class.ts';
import { uniteSpans } from '../spans.ts';
import type { Range, Span } from '../types.ts';
import { decodeRun, type Encoding, GROUP_BYTES, GROUP_CHARS } from './encoding.ts';
import { afterEscape, createRunFinder, wholeText } from './run.ts';

/** Where the kernel saw that encoded text begins or goes on; each ascending. */
export type TextStarts = Readonly<Record<Encoding, number[]>>;

/** Texts that stand there otherwise than as they are, such as encoded ones, one behind the other. */
export interface DecodedTexts {
  readonly bytes: Buffer;
  /**
   * Where that stands which holds the secrets.
   *
   * @param found - in {@link bytes}; may overlap
   */
  place(found: readonly Span[]): Span[];
}

/** A stretch of characters that is decoded: whole groups from its start on. */
interface Text extends Range {
  readonly encoding: Encoding;
}

/** A text, and where it stands. */
export interface PlacedText extends Text {
  /** Where it begins in what was put together. */
  readonly at: number;
  readonly length: number;
  /** Decoded bytes before its first one. */
  readonly lead: number;
  /** Decoded bytes for each of its own. */
  readonly width: number;
}

const CLASSES: Readonly<Record<Encoding, ByteClass>> = { base64: RUN, hex: HEX };
/** How far before a place, and behind it, a run is decoded although it seems to be no text. */
const BEFORE = 256;
const BEHIND = 512;
/** What a text ends in says that it ends: nothing goes on behind it, and a token there is cut off. */
export const SEPARATOR = Buffer.from('\n…\n');

/**
 * @param known - secrets that were found, sorted and disjoint; what lies in one is not decoded
 * @param inLines - whether the runs are lines that were put together: each secret counts for its own
 * @returns undefined where nothing else is encoded
 */
export function decodeTexts(
  bytes: Uint8Array,
  starts: TextStarts,
  known: readonly Range[],
  inLines = false,
): DecodedTexts | undefined {
  const texts = (['base64', 'hex'] as const).flatMap((encoding) =>
    apartFrom(textsIn(bytes, encoding, starts[encoding]), known),
  );
  if (texts.length === 0) return undefined;
  const { decoded, placed } = decodeAll(bytes, texts);
  return { bytes: decoded, place: (found) => place(bytes, placed, uniteSpans(found), inLines) };
}

/** Those that reach out of all of the ranges. */
function apartFrom(texts: readonly Text[], ranges: readonly Range[]): readonly Text[] {
  let next = 0;
  return texts.filter(({ start, end }) => {
    while (next < ranges.length && (ranges[next] as Range).end < end) next++;
    const range = ranges[next];
    return range === undefined || range.start > start;
  });
}

/** The stretches around places of one encoding. */
function textsIn(bytes: Uint8Array, encoding: Encoding, starts: readonly number[]): Text[] {
  const chars = GROUP_CHARS[encoding];
  const { has } = CLASSES[encoding];
  const texts: Text[] = [];
  const last = new Array<{ start: number; end: number; encoding: Encoding } | undefined>(chars);
  for (const at of starts) {
    const known = last[at % chars];
    if (known !== undefined && at < known.end) {
      known.end = runEnd(bytes, has, known.end, at + BEHIND);
      continue;
    }
    const first = runStart(bytes, has, at, Math.max(known?.end ?? 0, at - BEFORE));
    const start = first + ((((at - first) % chars) + chars) % chars);
    const text = { start, end: runEnd(bytes, has, Math.max(at, start), at + BEHIND), encoding };
    last[at % chars] = text;
    texts.push(text);
  }
  return texts;
}

/** Where the run begins that a place lies in; what belongs to an escape is no part of it. */
function runStart(bytes: Uint8Array, has: Uint8Array, at: number, stop: number): number {
  let start = at;
  while (start > stop && has[bytes[start - 1] as number] === 1) start--;
  return afterEscape(bytes, start);
}

function runEnd(bytes: Uint8Array, has: Uint8Array, from: number, to: number): number {
  const stop = Math.min(bytes.length, to);
  let end = from;
  while (end < stop && has[bytes[end] as number] === 1) end++;
  return end;
}

function decodeAll(
  bytes: Uint8Array,
  texts: readonly Text[],
): { readonly decoded: Buffer; readonly placed: PlacedText[] } {
  const most = texts.reduce((sum, { start, end }) => sum + end - start + SEPARATOR.length, 0);
  const decoded = Buffer.allocUnsafe(most);
  const placed: PlacedText[] = [];
  let at = 0;
  for (const text of texts) {
    const { start, end, encoding } = text;
    const length = decodeRun(bytes, text, encoding, decoded, at);
    placed.push({ start, end, encoding, at, length, lead: 0, width: 1 });
    at += length;
    at += SEPARATOR.copy(decoded, at);
  }
  return { decoded: decoded.subarray(0, at), placed };
}

/**
 * Where that stands which holds the secrets.
 *
 * @param found - sorted and disjoint
 * @param inLines - as of {@link decodeTexts}
 */
export function place(
  bytes: Uint8Array,
  texts: readonly PlacedText[],
  found: readonly Span[],
  inLines: boolean,
): Span[] {
  const runAt = createRunFinder(bytes);
  const spans: Span[] = [];
  let next = 0;
  for (const text of texts) {
    const { at, length, encoding } = text;
    let done = 0;
    while (next < found.length && (found[next] as Span).end <= at) next++;
    for (let i = next; i < found.length; i++) {
      const { start, end, type } = found[i] as Span;
      if (start >= at + length) break;
      const core = coreOf(text, Math.max(0, start - at), Math.min(length, end - at));
      if (inLines) {
        spans.push({ ...core, type, depth: 0, core });
        continue;
      }
      if (core.end <= done) {
        // Where a value stands at the one, the other is there too: the whole text must go.
        const last = spans.pop() as Span;
        spans.push({ start: last.start, end: last.end, type: last.type, depth: 0 });
        continue;
      }
      const run = runAt(encoding, core.start);
      const whole = wholeText(bytes, encoding, core, run, text.start);
      done = whole.end;
      spans.push({ start: whole.start, end: whole.end, type, depth: 0, core });
    }
  }
  return spans;
}

/** The characters that hold bytes of a text. */
function coreOf(text: PlacedText, from: number, to: number): Range {
  const { start, end, encoding, lead, width } = text;
  const chars = GROUP_CHARS[encoding];
  const bytes = GROUP_BYTES[encoding];
  return {
    start: start + Math.floor(((lead + from * width) * chars) / bytes),
    end: Math.min(end, start + Math.ceil(((lead + to * width) * chars) / bytes)),
  };
}

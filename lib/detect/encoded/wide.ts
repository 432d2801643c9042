import { type Anchor, chooseRunAnchor } from '../anchor.ts';
import { positionsOf } from '../marks.ts';
import type { Match } from '../match.ts';
import { uniteSpans } from '../spans.ts';
import { decodeRun, GROUP_BYTES, GROUP_CHARS } from './encoding.ts';
import { createRunFinder } from './run.ts';
import { type DecodedTexts, type PlacedText, place, SEPARATOR } from './texts.ts';

/**
 * Text in UTF-16 within base64, as `powershell -EncodedCommand` takes it. Every other byte of ASCII is
 * zero there, so that of two groups the first holds two characters, and the second one.
 */
const TWO_GROUPS = '[I-Za-f][AQgw][AB][A-Za-z0-9+/]A[C-H][AEIMQUYcgkosw048]A';
const SHAPE = positionsOf(TWO_GROUPS.repeat(3));
/** As many positions as an anchor has. */
const KNOWN = 16;

/** What the kernel looks for. */
export const WIDE_ANCHOR = chooseRunAnchor(SHAPE, KNOWN) as Anchor;

const CHARS = GROUP_CHARS.base64;
const BYTES = GROUP_BYTES.base64;
/** Bytes of a character. */
const WIDTH = 2;

/**
 * @param offsets - where {@link WIDE_ANCHOR} begins, sorted
 * @returns undefined where there is none
 */
export function readWide(bytes: Uint8Array, offsets: readonly number[]): DecodedTexts | undefined {
  const runAt = createRunFinder(bytes);
  const placed: PlacedText[] = [];
  let room = 0;
  let done = 0;
  for (const offset of offsets) {
    if (offset < done) continue;
    const run = runAt('base64', offset);
    done = run.end;
    const text = textOf(run, offset, room);
    placed.push(text);
    room += text.length + SEPARATOR.length;
  }
  if (placed.length === 0) return undefined;
  const decoded = decodeAll(bytes, placed, room);
  return { bytes: decoded, place: (found) => place(bytes, placed, uniteSpans(found), false) };
}

/** @param offset - where two groups begin, of which the first one begins with a character */
function textOf({ start: from, end }: Match, offset: number, at: number): PlacedText {
  const start = from + ((offset - from) % CHARS);
  const lead = (((offset - start) / CHARS) * BYTES) % WIDTH;
  const length = Math.ceil((Math.floor(((end - start) * BYTES) / CHARS) - lead) / WIDTH);
  return { start, end, encoding: 'base64', at, length, lead, width: WIDTH };
}

/** The characters of ASCII; zeros for others. */
function decodeAll(bytes: Uint8Array, texts: readonly PlacedText[], length: number): Buffer {
  const decoded = Buffer.alloc(length);
  const longest = texts.reduce((most, { start, end }) => Math.max(most, end - start), 0);
  const raw = new Uint8Array(longest);
  for (const text of texts) {
    const { at, lead } = text;
    const size = decodeRun(bytes, text, 'base64', raw, 0);
    for (let i = 0; i < text.length; i++) {
      const from = lead + WIDTH * i;
      // What is cut off in the middle of the last one counts as zero.
      const high = from + 1 < size ? raw[from + 1] : 0;
      if (high === 0) decoded[at + i] = raw[from] as number;
    }
    SEPARATOR.copy(decoded, at + text.length);
  }
  return decoded;
}

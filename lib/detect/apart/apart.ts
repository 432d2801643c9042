import { type Anchor, chooseAnchor } from '../anchor.ts';
import type { UnwrappedText } from '../encoded/wrapped.ts';
import { positionsOf } from '../marks.ts';
import { holdsEscape } from '../pem/block.ts';
import { PrintedTexts } from './printed.ts';
import {
  type ByteReader,
  readBufferJson,
  readBufferPairs,
  readEscapes,
  readList,
} from './readers.ts';

/** Bytes that are printed one by one: in source code (`xxd -i`), by escapes, and as Node's buffers. */

const HEX_DIGIT = '[0-9a-fA-F]';
const NO_COMMA = '[\u0000-+\\--\u00ff]';

/** How each begins, what stands before it, and how it is read. A list begins where no comma is before. */
const BEGINNINGS: readonly { before?: string; shape: string; read: ByteReader }[] = [
  { before: NO_COMMA.repeat(2), shape: `0x[2-7]${HEX_DIGIT},`, read: readList },
  { shape: `\\\\x[2-7]${HEX_DIGIT}\\\\`, read: readEscapes },
  { shape: '<Buffer ', read: readBufferPairs },
  { before: '"', shape: 'Buffer["\\\\]', read: readBufferJson },
];

/** What the kernel looks for, from the beginning of what is printed on. */
export const APART_ANCHORS: readonly Anchor[] = BEGINNINGS.map(
  ({ before = '', shape }) =>
    chooseAnchor(positionsOf(before + shape), positionsOf(before).length) as Anchor,
);

const MOST_BEGINNINGS = 16;
/** Every byte of what is printed may be a beginning: so near to the last one it is the same text. */
const NEAR = 12;

/**
 * Notes that one of {@link APART_ANCHORS} begins at an offset.
 *
 * @param hits - numbers that are sorted as the offsets are
 */
export function addApart(hits: number[], at: number, beginning: number): void {
  const hit = at * MOST_BEGINNINGS + beginning;
  const from = hit - (hits.at(-1) ?? Number.NEGATIVE_INFINITY);
  if (from < 0 || from > NEAR * MOST_BEGINNINGS) hits.push(hit);
}

/**
 * Reads the text that bytes stand for which are printed one by one.
 *
 * @param hits - of {@link addApart}, sorted
 * @param isPlain - whether the text is known to be no JSON
 * @returns undefined where there is none
 */
export function readApart(
  bytes: Uint8Array,
  hits: readonly number[],
  depthAt: (offset: number) => number,
  isPlain: boolean,
): UnwrappedText | undefined {
  const texts = new PrintedTexts();
  let done = 0;
  for (const hit of hits) {
    const at = Math.floor(hit / MOST_BEGINNINGS);
    if (at < done) continue;
    const { read } = BEGINNINGS[hit % MOST_BEGINNINGS] as (typeof BEGINNINGS)[number];
    done = Math.max(done, read(bytes, at, texts, isPlain));
  }
  if (texts.bytes.length === 0) return undefined;
  return {
    bytes: texts.bytes,
    place: (part) => {
      const { start, end } = texts.place(part);
      return [{ start, end, depth: holdsEscape(bytes, start, end) ? depthAt(start) : 0 }];
    },
  };
}

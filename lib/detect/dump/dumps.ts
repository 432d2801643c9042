import { SEPARATOR } from '../encoded/texts.ts';
import { lineAt, type UnwrappedText } from '../encoded/wrapped.ts';
import { holdsEscape } from '../pem/block.ts';
import { type DumpBlock, type DumpLine, readDump } from './block.ts';
import { swapped } from './row.ts';
import { createLineEnds } from './source-line.ts';

/** How a line of a dump begins: six digits of an offset at least, of which the first are zeros. */
const OFFSET = '000[0-9a-fA-F]{3}';
const NO_DIGIT = '[\u0000-/:-@G-`g-\u00ff]';
/** What stands before it is no digit, but maybe an arrow or a border written by its code. */
export const DUMP_SHAPES = [
  { shape: `${NO_DIGIT}${OFFSET}`, before: 1 },
  { shape: `u[0-9a-fA-F]{4}${OFFSET}`, before: 5 },
] as const;

interface PlacedLine extends DumpLine {
  /** Where its bytes begin in the text that was put together. */
  readonly at: number;
}

/**
 * Reads the dumps of files that stand in a text: `xxd`, `hexdump`, `od` and their kin. A secret is
 * cut where a line is full, and stands there twice: in numbers, and as the text beside them.
 *
 * @param offsets - where lines may begin, sorted
 * @returns undefined where there is no dump
 */
export function readDumps(
  bytes: Uint8Array,
  offsets: readonly number[],
  depthAt: (offset: number) => number,
): UnwrappedText | undefined {
  const lines: PlacedLine[] = [];
  const parts: Uint8Array[] = [];
  const lineEnds = createLineEnds(bytes);
  let length = 0;
  let done = 0;
  for (const offset of offsets) {
    if (offset < done) continue;
    const block = readDump(bytes, offset, depthAt(offset), lineEnds);
    if (block === undefined) continue;
    done = block.end;
    for (const isLittle of ordersOf(block)) {
      for (const line of block.lines) {
        const shown = isLittle ? swapped(line.bytes, block.unit) : line.bytes;
        lines.push({ ...line, at: length });
        parts.push(shown);
        length += shown.length;
      }
      parts.push(SEPARATOR);
      length += SEPARATOR.length;
    }
  }
  if (lines.length === 0) return undefined;
  return {
    bytes: Buffer.concat(parts, length),
    place: (part) =>
      lines.slice(lineAt(lines, part.start), lineAt(lines, part.end - 1) + 1).map((line) => {
        const { start, end } = line;
        return { start, end, depth: holdsEscape(bytes, start, end) ? depthAt(start) : 0 };
      }),
  };
}

/** Numbers without a text beside them may begin with either byte. */
function ordersOf({ unit, isLittle }: DumpBlock): readonly boolean[] {
  if (unit === 1) return [false];
  return isLittle === undefined ? [false, true] : [isLittle];
}

import { readApart } from './apart/apart.ts';
import { readDumps } from './dump/dumps.ts';
import type { DecodedTexts } from './encoded/texts.ts';
import { readWide } from './encoded/wide.ts';
import type { UnwrappedText } from './encoded/wrapped.ts';
import type { ScanInput, Span } from './types.ts';

/** Where something was met that shows a text otherwise than as it is. */
export interface Met {
  /** Where lines of dumps may begin. */
  readonly dumpLines: number[];
  /** Where UTF-16 stands in base64. */
  readonly wide: number[];
  /** Where bytes may be printed one by one, as `addApart` notes them. */
  readonly apart: number[];
}

/** What dumps show, UTF-16 in base64, and bytes that are printed one by one; mostly nothing. */
export function readOtherwise(input: ScanInput, met: Met): readonly DecodedTexts[] {
  const { bytes, depthAt = PLAIN } = input;
  const { dumpLines, wide, apart } = met;
  const found: DecodedTexts[] = [];
  const dumps = dumpLines.length === 0 ? undefined : readDumps(bytes, dumpLines, depthAt);
  if (dumps !== undefined) found.push(inPlace(dumps));
  const texts = wide.length === 0 ? undefined : readWide(bytes, wide);
  if (texts !== undefined) found.push(texts);
  if (apart.length === 0) return found;
  apart.sort((a, b) => a - b);
  const printed = readApart(bytes, apart, depthAt, input.depthAt === undefined);
  if (printed !== undefined) found.push(inPlace(printed));
  return found;
}

/** The depth of text that nothing is known of. */
export const PLAIN = (): number => 0;

/** Lines as a text in which each secret is replaced line by line. */
export function inPlace(lines: UnwrappedText): DecodedTexts {
  return { bytes: lines.bytes, place: (found) => placeAll(lines, found) };
}

/** Puts what was found in lines that were put together back where they stand. */
export function placeAll(lines: UnwrappedText, found: readonly Span[]): Span[] {
  return found.flatMap(({ start, end, type, core = { start, end } }) =>
    lines
      .place(core)
      .map((range) => ({ ...range, type, core: { start: range.start, end: range.end } })),
  );
}

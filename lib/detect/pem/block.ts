import { headerEnd } from './header.ts';
import { isDashes, readMarker } from './marker.ts';
import { base64End } from './walk.ts';

const BACKSLASH = 0x5c;
const SPACE = 0x20;
const TAB = 0x09;
const MIN_BASE64 = 16;

/**
 * Reads a block that stands in the text as it stands in a file, its lines joined by real line ends
 * alone or all on one line, so that it is one secret.
 *
 * @param from - first byte after the BEGIN marker
 * @param depth - layers of JSON escaping there
 * @returns the first byte after the END marker; `undefined` where something stands between lines,
 *   or they are escaped otherwise than the text around them
 */
export function readBlock(bytes: Uint8Array, from: number, depth: number): number | undefined {
  const first = skipBlanks(bytes, from);
  return newlineEnd(bytes, first, depth) === first
    ? readOneLine(bytes, first)
    : readLines(bytes, first, depth);
}

function readOneLine(bytes: Uint8Array, from: number): number | undefined {
  let at = from;
  let length = 0;
  while (at < bytes.length && !isDashes(bytes, at)) {
    const end = base64End(bytes, at);
    if (end === at) return undefined;
    length += end - at;
    at = skipBlanks(bytes, end);
  }
  return length >= MIN_BASE64 ? markerEnd(bytes, at) : undefined;
}

function readLines(bytes: Uint8Array, from: number, depth: number): number | undefined {
  let at = from;
  let length = 0;
  for (;;) {
    const line = newlineEnd(bytes, skipBlanks(bytes, at), depth);
    if (line === skipBlanks(bytes, at)) return undefined;
    at = line;
    if (isDashes(bytes, at)) return length >= MIN_BASE64 ? markerEnd(bytes, at) : undefined;
    const end = base64End(bytes, at);
    const header = length === 0 ? headerEnd(bytes, at) : at;
    if (header > end) {
      at = header;
    } else {
      length += end - at;
      at = end;
    }
  }
}

function markerEnd(bytes: Uint8Array, at: number): number | undefined {
  const marker = readMarker(bytes, at);
  return marker?.kind === 'end' && marker.isPrivate ? marker.end : undefined;
}

function skipBlanks(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === SPACE || bytes[at] === TAB) at++;
  return at;
}

/** The end of the line end that stands here: LF or CRLF, escaped `depth` times. */
export function newlineEnd(bytes: Uint8Array, from: number, depth: number): number {
  const afterReturn = controlEnd(bytes, from, depth, 0x0d, 0x72);
  const end = controlEnd(bytes, afterReturn, depth, 0x0a, 0x6e);
  return end === afterReturn ? from : end;
}

function controlEnd(
  bytes: Uint8Array,
  from: number,
  depth: number,
  raw: number,
  letter: number,
): number {
  if (depth === 0) return bytes[from] === raw ? from + 1 : from;
  const backslashes = 2 ** (depth - 1);
  for (let i = 0; i < backslashes; i++) if (bytes[from + i] !== BACKSLASH) return from;
  return bytes[from + backslashes] === letter ? from + backslashes + 1 : from;
}

/** Whether a span holds something that JSON escapes, so that its depth matters. */
export function holdsEscape(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end && bytes[at] !== BACKSLASH) at++;
  return at < end;
}

import type { JsonNode } from './parse.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const SPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** A string of a document, found without parsing it. */
export interface FoundString {
  /** Bounds of the raw source, between the quotes. */
  readonly start: number;
  readonly end: number;
  /** The raw source of the member's name; undefined for names themselves and array elements. */
  readonly key: string | undefined;
}

/** Finds the strings around offsets of one document. */
export interface StringFinder {
  /** The string that an offset stands in; undefined between strings. */
  around(offset: number): FoundString | undefined;
  /** The first string that starts at or after an offset that stands between strings. */
  after(offset: number): FoundString | undefined;
}

/** Longer names are no field of any API. */
const MAX_KEY = 128;

/** How much of what follows a quote tells text from structure. */
const LOOK_AHEAD = 8;

/**
 * A finder that looks at bytes around the offset only. Asked for ascending offsets it is linear in
 * the document, however long its strings are.
 *
 * @param tree - asked in the rare case that neighbours cannot tell inside from outside; undefined
 *   where the document does not parse
 */
export function createStringFinder(bytes: Buffer, tree: () => JsonNode | undefined): StringFinder {
  let last: FoundString | undefined;

  function found(start: number, end: number): FoundString {
    last = { start, end, key: keyBefore(bytes, start) };
    return last;
  }

  return {
    around(offset) {
      if (last !== undefined && offset >= last.start && offset < last.end) return last;
      const quote = quoteBefore(bytes, offset);
      if (quote < 0) return undefined;
      if (resemblesStructure(bytes, quote + 1, offset + LOOK_AHEAD)) {
        const root = tree();
        if (root !== undefined && !isInString(root, offset)) return undefined;
      }
      const end = closingQuote(bytes, offset);
      return end <= offset ? undefined : found(quote + 1, end);
    },
    after(offset) {
      const quote = bytes.indexOf(QUOTE, offset);
      return quote < 0 ? undefined : found(quote + 1, closingQuote(bytes, quote + 1));
    },
  };
}

/** The last quote before an offset that no backslash escapes; -1 where there is none. */
function quoteBefore(bytes: Buffer, offset: number): number {
  let at = offset;
  while (at > 0) {
    at = bytes.lastIndexOf(QUOTE, at - 1);
    if (at < 0 || !isEscaped(bytes, at)) return at;
  }
  return -1;
}

/** The first quote from an offset on that no backslash escapes; the end where there is none. */
function closingQuote(bytes: Buffer, offset: number): number {
  let at = bytes.indexOf(QUOTE, offset);
  while (at >= 0 && isEscaped(bytes, at)) at = bytes.indexOf(QUOTE, at + 1);
  return at < 0 ? bytes.length : at;
}

function isEscaped(bytes: Buffer, quote: number): boolean {
  let at = quote - 1;
  while (at >= 0 && bytes[at] === BACKSLASH) at--;
  return (quote - 1 - at) % 2 === 1;
}

/** Whether bytes after a quote may as well be the structure between two strings. */
function resemblesStructure(bytes: Buffer, start: number, end: number): boolean {
  const [text = ''] = bytes.toString('latin1', start, Math.min(end, start + 256)).split('"', 1);
  return /^\s*[,:}\]][\s,:{}[\]\d+\-.eEtrufalsn]*$/.test(text);
}

function isInString(node: JsonNode, offset: number): boolean {
  if (node.kind === 'string') return offset >= node.start && offset < node.end;
  if (node.kind === 'scalar' || offset < node.start || offset >= node.end) return false;
  return node.kind === 'array'
    ? node.items.some((item) => isInString(item, offset))
    : node.members.some(({ key, value }) => isInString(key, offset) || isInString(value, offset));
}

/** The name in front of a string that starts at an offset, if it is a member's value. */
function keyBefore(bytes: Buffer, start: number): string | undefined {
  const colon = skipSpaceBack(bytes, start - 2);
  if (bytes[colon] !== COLON) return undefined;
  const close = skipSpaceBack(bytes, colon - 1);
  if (bytes[close] !== QUOTE) return undefined;
  const open = quoteBefore(bytes, close);
  return open < 0 || close - open > MAX_KEY ? undefined : bytes.toString('latin1', open + 1, close);
}

function skipSpaceBack(bytes: Buffer, from: number): number {
  let at = from;
  while (at >= 0 && SPACE.has(bytes[at] as number)) at--;
  return at;
}

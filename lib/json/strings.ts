import type { JsonMember, JsonNode } from './parse.ts';

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
  /** The last quote before the offset that was asked for last: nothing is searched twice. */
  let before = { offset: 0, quote: -1 };
  /** The first quote from an offset on; the end where there is none. */
  let behind = { offset: 0, quote: -1 };

  function lastQuote(offset: number): number {
    const known = offset >= before.offset ? before : { offset: 0, quote: -1 };
    const quote = quoteBefore(bytes, offset, known.offset);
    before = { offset, quote: quote < 0 ? known.quote : quote };
    return before.quote;
  }

  function nextQuote(offset: number): number {
    if (offset < behind.offset || offset > behind.quote) {
      const quote = bytes.indexOf(QUOTE, offset);
      behind = { offset, quote: quote < 0 ? bytes.length : quote };
    }
    return behind.quote;
  }

  function found(start: number, end: number): FoundString {
    last = { start, end, key: keyBefore(bytes, start) };
    return last;
  }

  return {
    around(offset) {
      if (last !== undefined && offset >= last.start && offset < last.end) return last;
      const quote = lastQuote(offset);
      if (quote < 0) return undefined;
      if (resemblesStructure(bytes, quote + 1, offset + LOOK_AHEAD)) {
        const root = tree();
        if (root !== undefined && !isInString(root, offset)) return undefined;
      }
      const end = closingQuote(bytes, offset);
      return end <= offset ? undefined : found(quote + 1, end);
    },
    after(offset) {
      const quote = nextQuote(offset);
      return quote === bytes.length ? undefined : found(quote + 1, closingQuote(bytes, quote + 1));
    },
  };
}

/** The last quote from `floor` to before an offset that no backslash escapes; -1 where there is none. */
function quoteBefore(bytes: Buffer, offset: number, floor = 0): number {
  const range = bytes.subarray(floor, offset);
  for (let at = range.lastIndexOf(QUOTE); at >= 0; at = range.lastIndexOf(QUOTE, at - 1)) {
    if (!isEscaped(bytes, floor + at)) return floor + at;
    if (at === 0) return -1;
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

function isInString(root: JsonNode, offset: number): boolean {
  for (let node: JsonNode | undefined = root; node !== undefined; ) {
    if (node.kind === 'string') return offset >= node.start && offset < node.end;
    if (node.kind === 'scalar') return false;
    node = node.kind === 'array' ? itemAt(node.items, offset) : memberAt(node.members, offset);
  }
  return false;
}

/** The last element that begins at or before an offset. */
function itemAt(items: readonly JsonNode[], offset: number): JsonNode | undefined {
  return items[lastFrom(items.length, (i) => (items[i] as JsonNode).start <= offset)];
}

/** The name or the value of a member that begins last at or before an offset. */
function memberAt(members: readonly JsonMember[], offset: number): JsonNode | undefined {
  const at = lastFrom(members.length, (i) => (members[i] as JsonMember).key.start <= offset);
  const member = members[at];
  return member === undefined || offset < member.value.start ? member?.key : member.value;
}

/** The last of so many neighbours for which something holds that holds for the first ones; -1: none. */
function lastFrom(count: number, holds: (i: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
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

/**
 * Almost every line is plain ASCII without an escape, spelled as the writer spells. Whether one is
 * can be told in a single pass over its bytes, in a quarter of the time that parsing and writing
 * again takes; a million lines are verified on this way.
 */

/** Enough for any line of ours; more would make the search for a key twice slow. */
const MAX_KEYS = 24;

/** Lines that go deeper are left to the thorough way, which knows the limit. */
const MAX_NESTING = 8;

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Where what was read ends; this where it is not what it has to be. */
const UNUSUAL = -1;

/** The keys that every line has, quoted: a field of one of these names would be there twice. */
const HEAD_KEYS = ['seq', 'ts', 'line_type', 'prev_hash', 'frameworks'].map((key) =>
  Buffer.from(`"${key}"`),
);

/**
 * Whether what follows a line's head is surely good: a list of strings, then fields that are
 * strings, integers, lists and objects of them, no key twice, spelled without an alternative. No
 * says nothing.
 *
 * @param frameworks - where the value of the member `frameworks` begins
 */
export function isUsualLine(bytes: Uint8Array, frameworks: number): boolean {
  const end = readStrings(bytes, frameworks);
  if (end === UNUSUAL) return false;
  if (bytes[end] === CLOSE_OBJECT) return end + 1 === bytes.length;
  return bytes[end] === COMMA && readMembers(bytes, end + 1, 0) === bytes.length;
}

/** A list of strings. */
function readStrings(bytes: Uint8Array, start: number): number {
  if (bytes[start] !== OPEN_LIST) return UNUSUAL;
  let at = start + 1;
  if (bytes[at] === CLOSE_LIST) return at + 1;
  for (;;) {
    at = readString(bytes, at);
    if (at === UNUSUAL) return UNUSUAL;
    if (bytes[at] === CLOSE_LIST) return at + 1;
    if (bytes[at] !== COMMA) return UNUSUAL;
    at++;
  }
}

function readValue(bytes: Uint8Array, at: number, depth: number): number {
  const first = bytes[at];
  if (first === QUOTE) return readString(bytes, at);
  if (first === OPEN_OBJECT) return readObject(bytes, at, depth);
  if (first === OPEN_LIST) return readList(bytes, at, depth);
  return readInteger(bytes, at);
}

/** What a string is made of that is spelled in one way alone: printable ASCII but these two. */
const IS_PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte <= 0x7e && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0,
);

function readString(bytes: Uint8Array, start: number): number {
  if (bytes[start] !== QUOTE) return UNUSUAL;
  let at = start + 1;
  // Beyond the end there is nothing, which is not plain either.
  while (IS_PLAIN[bytes[at] as number] === 1) at++;
  return bytes[at] === QUOTE ? at + 1 : UNUSUAL;
}

function readInteger(bytes: Uint8Array, start: number): number {
  const first = bytes[start] === MINUS ? start + 1 : start;
  let at = first;
  while (at < bytes.length && isDigit(bytes[at] as number)) at++;
  const digits = at - first;
  if (digits === 0 || digits > 15) return UNUSUAL;
  const isZero = bytes[first] === ZERO;
  return isZero && (digits > 1 || first > start) ? UNUSUAL : at;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

function readList(bytes: Uint8Array, start: number, depth: number): number {
  if (depth >= MAX_NESTING) return UNUSUAL;
  let at = start + 1;
  if (bytes[at] === CLOSE_LIST) return at + 1;
  for (;;) {
    at = readValue(bytes, at, depth + 1);
    if (at === UNUSUAL) return UNUSUAL;
    if (bytes[at] === CLOSE_LIST) return at + 1;
    if (bytes[at] !== COMMA) return UNUSUAL;
    at++;
  }
}

/** Where the keys of the objects that are being read begin and end, one row a depth. */
const keys = Array.from({ length: MAX_NESTING }, () => new Int32Array(2 * MAX_KEYS));

function readObject(bytes: Uint8Array, start: number, depth: number): number {
  return bytes[start + 1] === CLOSE_OBJECT ? start + 2 : readMembers(bytes, start + 1, depth);
}

/** What stands between the braces, and the closing one. Depth 0 is the line. */
function readMembers(bytes: Uint8Array, start: number, depth: number): number {
  const row = keys[depth];
  if (row === undefined) return UNUSUAL;
  let at = start;
  for (let count = 0; count < MAX_KEYS; count++) {
    const end = readString(bytes, at);
    if (end === UNUSUAL || bytes[end] !== COLON) return UNUSUAL;
    if (isThereAlready(bytes, row, count, at, end)) return UNUSUAL;
    if (depth === 0 && isHeadKey(bytes, at, end)) return UNUSUAL;
    row[2 * count] = at;
    row[2 * count + 1] = end;
    at = readValue(bytes, end + 1, depth + 1);
    if (at === UNUSUAL) return UNUSUAL;
    if (bytes[at] === CLOSE_OBJECT) return at + 1;
    if (bytes[at] !== COMMA) return UNUSUAL;
    at++;
  }
  return UNUSUAL;
}

function isThereAlready(
  bytes: Uint8Array,
  row: Int32Array,
  count: number,
  start: number,
  end: number,
): boolean {
  for (let index = 0; index < count; index++) {
    const other = row[2 * index] as number;
    const length = end - start;
    if ((row[2 * index + 1] as number) - other !== length) continue;
    let same = 0;
    while (same < length && bytes[other + same] === bytes[start + same]) same++;
    if (same === length) return true;
  }
  return false;
}

function isHeadKey(bytes: Uint8Array, start: number, end: number): boolean {
  for (const key of HEAD_KEYS) {
    if (end - start !== key.length) continue;
    let same = 0;
    while (same < key.length && bytes[start + same] === key[same]) same++;
    if (same === key.length) return true;
  }
  return false;
}

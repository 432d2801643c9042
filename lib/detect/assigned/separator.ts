import { startsWith } from '../boundary.ts';
import { anyCase, byteClass, classOf, WORD } from '../byte-class.ts';
import { pairedValue } from './pair.ts';
import { MOST_BACKSLASHES, type Quote, quoteAt, unicodeEscape } from './quote.ts';
import { skipSpaces } from './spaces.ts';

/** What stands between a name and its value. */
export interface Separator {
  /** Where the value begins, or its quote. */
  readonly end: number;
  /**
   * `tight`: a `=` alone; `colon`, `loose`: with or without spaces; `call`: a bracket or a
   * comparison; `list`: a comma; `cell`: the line between two cells of a table; `default`: the sign
   * before what a shell takes where there is no value; `element`: the end of a tag; `argument`:
   * the option `--value`; `space`: nothing else.
   */
  readonly kind:
    | 'tight'
    | 'colon'
    | 'loose'
    | 'call'
    | 'list'
    | 'cell'
    | 'default'
    | 'element'
    | 'argument'
    | 'space';
}

const BACKSLASH = 0x5c;

/** Up to three signs as one number, so that no text is made of them. */
function packed(sign: string): number {
  return Buffer.from(sign).reduce((sum, byte, i) => sum | (byte << (8 * i)), 0);
}

const NOTHING = 0;
const KINDS: ReadonlyMap<number, Separator['kind']> = new Map(
  (
    [
      [':', 'colon'],
      ['::', 'colon'],
      ['(', 'call'],
      ['|', 'cell'],
      [':-', 'default'],
      ...['=', ':=', '=>', '?=', '+=', '->', '||', '??', '||=', '??='].map((sign) => [
        sign,
        'loose',
      ]),
      ...['==', '===', '!=', '!=='].map((sign) => [sign, 'call']),
    ] as [string, Separator['kind']][]
  ).map(([sign, kind]) => [packed(sign), kind]),
);
const EQUALS = 0x3d;
const COMMA = 0x2c;
const COLON = 0x3a;
const GREATER = 0x3e;
const PIPE = 0x7c;
const STAR = 0x2a;
const BACKTICK = 0x60;
const OPENS = 0x5b;
const CLOSES = 0x5d;
const ARROW = packed('=>');
const OPTIONAL = packed('?:');
const TYPE = byteClass([...WORD.members, 0x2e, 0x3f]);
const LONGEST_TYPE = 32;
const SIGNS = classOf('=:>,(|?!+-');
/** `│`, `┃`, `║`, with which tools draw tables. */
const LINES = ['\u2502', '\u2503', '\u2551'].map((line) => Buffer.from(line));

/** Reads what assigns a value to a name that ends at `at`. */
export function separatorAt(bytes: Buffer, at: number): Separator | undefined {
  const quote = quoteAt(bytes, at);
  return pairedValue(bytes, at, quote) ?? signAt(bytes, at, quote);
}

/** Where the value begins behind a type: `password: string = "…"`. */
function typedValue(bytes: Uint8Array, from: number): number | undefined {
  let at = from;
  while (at - from < LONGEST_TYPE && TYPE.has[bytes[at] as number] === 1) at++;
  const sign = skipSpaces(bytes, at);
  if (at === from || bytes[sign] !== EQUALS) return undefined;
  const next = skipSpaces(bytes, sign + 1);
  return quoteAt(bytes, next) === undefined ? undefined : next;
}

function signAt(bytes: Buffer, at: number, quote: Quote | undefined): Separator | undefined {
  let next = quote?.end ?? at;
  if (bytes[next] === CLOSES) next++;
  next = skipBold(bytes, next);
  const array = quote === undefined ? skipArray(bytes, next) : next;
  const spaced = skipSpaces(bytes, array);
  const isApart = quote !== undefined || spaced > next;
  if (!isApart && afterSign(bytes, spaced) === spaced) return undefined;
  const { sign, end } = readSign(bytes, spaced);
  const value = skipSpaces(bytes, skipBold(bytes, end));
  if (sign === EQUALS && spaced === next && value === end) return { end: value, kind: 'tight' };
  if (sign === EQUALS && array > next) return { end: value, kind: 'call' };
  // An element of XML, an argument after a name.
  if (sign === GREATER && spaced === next) return tagged(bytes, end, quote === undefined);
  if (sign === COMMA && quote !== undefined) return { end: value, kind: 'list' };
  // `--password VALUE`, and `PASSWORD 'value'` of SQL.
  if (sign === NOTHING) {
    return quote === undefined && spaced > at ? { end: spaced, kind: 'space' } : undefined;
  }
  if (sign === COLON || sign === OPTIONAL) {
    const typed = typedValue(bytes, value);
    if (typed !== undefined) return { end: typed, kind: 'call' };
  }
  const kind = KINDS.get(sign);
  // What stands in quotes with a line behind it is one of the values of a type.
  if (kind === 'cell' && quote !== undefined && quote.mark !== BACKTICK) return undefined;
  return kind && { end: lineOfBlock(bytes, sign, value), kind };
}

/** Up to three signs in a row, packed. */
function readSign(bytes: Uint8Array, from: number): { sign: number; end: number } {
  let end = from;
  let sign = 0;
  for (let length = 0; length < 3; length++) {
    const after = afterSign(bytes, end);
    if (after === end) break;
    sign |= signOf(bytes, end, after) << (8 * length);
    end = after;
  }
  return { sign, end };
}

function signOf(bytes: Uint8Array, at: number, after: number): number {
  if (after === at + 1) return bytes[at] as number;
  return bytes[at] === BACKSLASH ? GREATER : PIPE;
}

/** `**Password**: …` of Markdown, before and after the sign. */
function skipBold(bytes: Uint8Array, at: number): number {
  return bytes[at] === STAR && bytes[at + 1] === STAR ? at + 2 : at;
}

const LONGEST_SIZE = 24;

/** `char password[32] = "…"`. */
function skipArray(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== OPENS) return at;
  let end = at + 1;
  while (end - at < LONGEST_SIZE && WORD.has[bytes[end] as number] === 1) end++;
  return bytes[end] === CLOSES ? end + 1 : at;
}

const CDATA = Buffer.from('<![CDATA[');

function tagged(bytes: Buffer, end: number, isElement: boolean): Separator {
  const value = bytes.subarray(end, end + CDATA.length).equals(CDATA) ? end + CDATA.length : end;
  return { end: value, kind: isElement ? 'loose' : 'element' };
}

const LONGEST_LEAD = 64;
/** `password: |` of YAML, with the value in the next line, which may be numbered. */
const BLOCK =
  /^[|>][-+\d]{0,2} *(?:(?:\\+r)?\\+n|\r?\n)[ \t]*(?:\d{1,6}(?:\t|\\+t|\xe2\x86\x92|[:|]))?[ \t+-]*/;
/** `["password"]=>`, with `string(9) "…"` in the next line, of PHP's `var_dump`. */
const DUMPED = /^(?:\s|\\+[nr])*string\(\d{1,6}\) /;

/** Skips what stands before a value that its sign announces for the next line. */
function lineOfBlock(bytes: Buffer, sign: number, value: number): number {
  const first = bytes[value] as number;
  const isBlock = sign === COLON && (first === PIPE || first === GREATER);
  if (!isBlock && !(sign === ARROW && BEGINS_DUMPED.has[first] === 1)) return value;
  const lead = bytes.toString('latin1', value, value + LONGEST_LEAD);
  const found = (isBlock ? BLOCK : DUMPED).exec(lead);
  return value + (found?.[0].length ?? 0);
}

const BEGINS_DUMPED = classOf('s\n\r\\');

/**
 * Where a sign ends that begins here, if one does; a `>` may stand as encoders for web pages write
 * it, at any depth of escaping: nothing else is longer than itself.
 */
function afterSign(bytes: Uint8Array, at: number): number {
  const byte = bytes[at] as number;
  if (SIGNS.has[byte] === 1) return at + 1;
  if (byte === LINES[0]?.[0])
    return LINES.some((line) => startsWith(bytes, line, at)) ? at + 3 : at;
  if (byte !== BACKSLASH) return at;
  let mark = at;
  while (mark - at < MOST_BACKSLASHES && bytes[mark] === BACKSLASH) mark++;
  return unicodeEscape(bytes, mark) === GREATER ? mark + 5 : at;
}

const SCHEMES = ['bearer ', 'token ', 'basic ', 'api-token '].map((text) => Buffer.from(text));
const BEGINS_SCHEME = anyCase(byteClass(SCHEMES.map(([first]) => first as number)));

/** Skips the word before the credentials of an Authorization field (RFC 9110 §11.6.2). */
export function skipScheme(bytes: Uint8Array, at: number): number {
  if (BEGINS_SCHEME.has[bytes[at] as number] !== 1) return at;
  for (const scheme of SCHEMES) {
    let i = 0;
    while (i < scheme.length && ((bytes[at + i] ?? 0) | 0x20) === scheme[i]) i++;
    if (i === scheme.length) return at + i;
  }
  return at;
}

import { anyCase, byteClass, byteRange, classOf, WORD } from '../byte-class.ts';
import { MOST_BACKSLASHES, quoteAt, unicodeEscape } from './quote.ts';

/** What stands between a name and its value. */
export interface Separator {
  /** Where the value begins, or its quote. */
  readonly end: number;
  /**
   * `tight`: a `=` alone; `colon`, `loose`: with or without spaces; `call`: a bracket or a
   * comparison; `list`: a comma; `space`: nothing else.
   */
  readonly kind: 'tight' | 'colon' | 'loose' | 'call' | 'list' | 'space';
}

const SPACE = 0x20;
const TAB = 0x09;
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
const OPTIONAL = packed('?:');
const TYPE = byteClass([...WORD.members, 0x2e, 0x3f]);
const LONGEST_TYPE = 32;
const ESCAPED = classOf('nrt');
const SIGNS = classOf('=:>,(|?!+-');
const MOST_SPACES = 24;

/** Reads what assigns a value to a name that ends at `at`. */
export function separatorAt(bytes: Uint8Array, at: number): Separator | undefined {
  const pair = pairedValue(bytes, at);
  return pair === undefined ? signAt(bytes, at) : { end: pair, kind: 'loose' };
}

/** What stands between a name and `value`, line numbers and a diff's signs too. */
const BETWEEN = byteClass([
  ...classOf(' \t\r\n,:"\'`{|+-0123456789').members,
  ...byteRange(0x80, 0xff),
]);
const MOST_BETWEEN = 80;
const VALUE = Buffer.from('value');

/**
 * Where the value begins of a name that is a value itself, as in `{"name": "DB_PASSWORD", "value": …}`,
 * `name="password" value=…`, or that has a member for it: `db_password: { value: … }`.
 */
function pairedValue(bytes: Uint8Array, from: number): number | undefined {
  let at = from;
  for (const stop = from + MOST_BETWEEN; at < stop; at++) {
    const byte = bytes[at] as number;
    if (BETWEEN.has[byte] === 1) continue;
    if (byte !== BACKSLASH) break;
    if (ESCAPED.has[bytes[at + 1] as number] === 1) at++;
  }
  if (at === from) return undefined;
  for (let i = 0; i < VALUE.length; i++) {
    if (((bytes[at + i] as number) | 0x20) !== VALUE[i]) return undefined;
  }
  const end = at + VALUE.length;
  const sign = skipSpaces(bytes, quoteAt(bytes, end)?.end ?? end);
  return bytes[sign] === COLON || bytes[sign] === EQUALS ? skipSpaces(bytes, sign + 1) : undefined;
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

function signAt(bytes: Uint8Array, at: number): Separator | undefined {
  const quote = quoteAt(bytes, at);
  let next = quote?.end ?? at;
  if (bytes[next] === 0x5d) next++;
  const spaced = skipSpaces(bytes, next);
  if (quote === undefined && spaced === next && afterSign(bytes, spaced) === spaced)
    return undefined;
  let end = spaced;
  let sign = 0;
  for (let length = 0; length < 3; length++) {
    const after = afterSign(bytes, end);
    if (after === end) break;
    sign |= (after === end + 1 ? (bytes[end] as number) : GREATER) << (8 * length);
    end = after;
  }
  const value = skipSpaces(bytes, end);
  if (sign === EQUALS && spaced === next && value === end) return { end: value, kind: 'tight' };
  // An element of XML, an argument after a name.
  if (sign === GREATER && spaced === at) return { end, kind: 'loose' };
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
  return kind && { end: value, kind };
}

/**
 * Where a sign ends that begins here, if one does; a `>` may stand as encoders for web pages write
 * it, at any depth of escaping: nothing else is longer than itself.
 */
function afterSign(bytes: Uint8Array, at: number): number {
  const byte = bytes[at] as number;
  if (SIGNS.has[byte] === 1) return at + 1;
  if (byte !== BACKSLASH) return at;
  let mark = at;
  while (mark - at < MOST_BACKSLASHES && bytes[mark] === BACKSLASH) mark++;
  return unicodeEscape(bytes, mark) === GREATER ? mark + 5 : at;
}

function skipSpaces(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at - from < MOST_SPACES) {
    if (bytes[at] === SPACE || bytes[at] === TAB) at++;
    else if (bytes[at] === BACKSLASH && bytes[at + 1] === 0x74) at += 2;
    else break;
  }
  return at;
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

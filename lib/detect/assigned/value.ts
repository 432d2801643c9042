import { byteClass, byteRange, classOf } from '../byte-class.ts';
import type { RunReader } from '../run-reader.ts';
import { type Text, textOf } from './kinds.ts';
import { quoteAt, unicodeEscape } from './quote.ts';
import { skipScheme } from './separator.ts';
import { codeEnd, skipSpaces } from './spaces.ts';

/** An assigned value. */
export interface Value {
  readonly start: number;
  readonly end: number;
  /** With the escapes that encoders add for web pages taken off, where it holds some. */
  readonly text?: Text;
  readonly quoted: boolean;
  /** Whether nothing more stands in its line, its text, its element, its parameter. */
  readonly last: boolean;
}

/** Shorter ones are none that count. */
const SHORTEST = 8;
/** Longer values have forms of their own, or are no secrets but data. */
const LONGEST = 200;
const BACKSLASH = 0x5c;
const GREATER = 0x3e;
const AT = 0x40;
const LESS = 0x3c;
const SLASH = 0x2f;
const SPACE = 0x20;
const CLOSES = 0x5d;

const without = (chars: string): ReturnType<typeof byteClass> =>
  byteClass(byteRange(0x21, 0x7e).filter((byte) => !chars.includes(String.fromCharCode(byte))));

/** What may stand in a value without quotes. */
const BARE = without('"\'`\\<>&;,|(){}[]');
const IN_QUOTES = new Map(
  [0x22, 0x27, 0x60].map((mark) => [mark, without(`\\${String.fromCharCode(mark)}`)]),
);
/** What encoders for web pages escape: `&`, `<`, `=`, `>`, and `'`. */
const WEB_ESCAPES = new Set([0x26, 0x27, 0x3c, 0x3d, 0x3e]);

/** Reads the value at `at`; `undefined` where none stands, or code that computes one. */
export function valueAt(
  bytes: Buffer,
  at: number,
  runEnd: RunReader,
  isTight: boolean,
): Value | undefined {
  const quote = quoteAt(bytes, at) ?? (isPrefix(bytes[at]) ? quoteAt(bytes, at + 1) : undefined);
  if (quote === undefined) return bareValue(bytes, skipScheme(bytes, at), runEnd, isTight);
  const set = IN_QUOTES.get(quote.mark) as ReturnType<typeof byteClass>;
  const start = skipScheme(bytes, quote.end);
  let end = start;
  let unescaped = '';
  for (let escapes = 0; escapes < 16; escapes++) {
    const run = runEnd(set, end);
    if (run - start > LONGEST) return undefined;
    const close = quoteAt(bytes, run);
    if (close !== undefined && close.mark === quote.mark) {
      if (close.backslashes !== quote.backslashes || run === start) return undefined;
      const value = { start, end: run, quoted: true, last: false };
      if (escapes === 0) return value;
      return { ...value, text: textOf(unescaped + bytes.toString('latin1', end, run)) };
    }
    const escaped = webEscape(bytes, run);
    if (escaped === undefined) return undefined;
    unescaped += bytes.toString('latin1', end, run) + escaped.char;
    end = escaped.end;
  }
  return undefined;
}

/** `b"`, `r'`, `@"`: the letters that some languages write before a quote. */
const PREFIXES = classOf('bBfFrRuU@');

function isPrefix(byte: number | undefined): boolean {
  return byte !== undefined && PREFIXES.has[byte] === 1;
}

function bareValue(
  bytes: Buffer,
  start: number,
  runEnd: RunReader,
  isTight: boolean,
): Value | undefined {
  const run = runEnd(BARE, start);
  if (run - start < SHORTEST || run - start > LONGEST) return undefined;
  const next = bytes[run];
  if (next !== undefined && OPENS.has[next] === 1) return undefined;
  let end = run;
  while (end > start && TRAILING.has[bytes[end - 1] as number] === 1) end--;
  // `<password>@`: the end of a template, no element.
  if (bytes[start - 1] === GREATER && bytes[start] === AT) return undefined;
  return {
    start,
    end,
    quoted: false,
    last: endsLine(bytes, run, isTight),
  };
}

const OPENS = classOf('([{');
const TRAILING = classOf('.:');
const ENDS = classOf('\n\r"\'`');
const HASH = 0x23;
const EQUALS = 0x3d;
const NAME = byteClass([...byteRange(0x41, 0x5a), 0x5f, ...byteRange(0x61, 0x7a)]);
const LONGEST_NAME = 24;
const ENDS_PARAMETER = classOf(';&');

function endsLine(bytes: Buffer, at: number, isTight: boolean): boolean {
  const next = bytes[at];
  if (next === undefined || ENDS.has[next] === 1) return true;
  if (isTight && ENDS_PARAMETER.has[next] === 1) return true;
  if (next === SPACE) return isCommentOrName(bytes, skipSpaces(bytes, at));
  if (next === LESS) return bytes[at + 1] === SLASH;
  if (next === CLOSES) return bytes[at + 1] === CLOSES && bytes[at + 2] === GREATER;
  if (codeEnd(bytes, at) > at) return true;
  if (next !== BACKSLASH) return false;
  let after = at;
  while (bytes[after] === BACKSLASH) after++;
  return 'nr"\''.includes(String.fromCharCode(bytes[after] ?? 0));
}

/** ` # comment` of YAML; ` dbname=…` of a connection string. */
function isCommentOrName(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] === HASH) return true;
  let end = at;
  while (end - at < LONGEST_NAME && NAME.has[bytes[end] as number] === 1) end++;
  return end > at && bytes[end] === EQUALS;
}

function webEscape(bytes: Uint8Array, at: number): { char: string; end: number } | undefined {
  let from = at;
  while (bytes[from] === BACKSLASH) from++;
  const code = from > at ? unicodeEscape(bytes, from) : undefined;
  if (code === undefined || !WEB_ESCAPES.has(code)) return undefined;
  return { char: String.fromCharCode(code), end: from + 5 };
}

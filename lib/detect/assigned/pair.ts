import { byteClass, byteRange, classOf } from '../byte-class.ts';
import { type Quote, quoteAt } from './quote.ts';
import type { Separator } from './separator.ts';
import { skipSpaces } from './spaces.ts';

/** Names and values that stand apart: what stands between them is more than a sign. */

const BACKSLASH = 0x5c;
const COLON = 0x3a;
const EQUALS = 0x3d;
const DASH = 0x2d;
const SPACE = 0x20;
const LESS = 0x3c;
const SLASH = 0x2f;
const BRACE = 0x7b;
const ESCAPED = classOf('nrt');

/** What stands between a name and `value`, line numbers and a diff's signs too. */
const BETWEEN = byteClass([
  ...classOf(' \t\r\n,:"\'`{|+-0123456789').members,
  ...byteRange(0x80, 0xff),
]);
const MOST_BETWEEN = 80;
const VALUE = Buffer.from('value');

/** Where the value begins of a name that ends at `at`, before its quote, and has it elsewhere. */
export function pairedValue(
  bytes: Buffer,
  at: number,
  quote: Quote | undefined,
): Separator | undefined {
  if (bytes[at] === LESS) return bytes[at + 1] === SLASH ? elementValue(bytes, at) : undefined;
  const member = memberValue(bytes, at);
  return member === undefined && quote !== undefined ? defaultValue(bytes, at, quote) : member;
}

/**
 * `{"name": "DB_PASSWORD", "value": …}`, `name="password" value=…`, `--name password --value …`, or
 * a member of its own: `db_password: { value: … }`.
 */
function memberValue(bytes: Uint8Array, from: number): Separator | undefined {
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
  if (bytes[sign] === COLON || bytes[sign] === EQUALS) return loose(skipSpaces(bytes, sign + 1));
  const isOption = bytes[at - 1] === DASH && bytes[at - 2] === DASH && bytes[end] === SPACE;
  return isOption ? { end: sign, kind: 'argument' } : undefined;
}

const LONGEST_ELEMENTS = 96;
/** Line ends are escaped in JSON, and lines may be numbered. */
const NEXT_ELEMENT =
  /^<\/(?:key|name|Key|Name)>(?:[\s\d\x80-\xff|:]|\\+[nrt])*<(?:string|value|Value)>/;

/** `<key>ApiKey</key><string>…`, `<name>db.password</name><value>…`. */
function elementValue(bytes: Buffer, at: number): Separator | undefined {
  const found = NEXT_ELEMENT.exec(bytes.toString('latin1', at, at + LONGEST_ELEMENTS));
  return found === null ? undefined : loose(at + found[0].length);
}

const LONGEST_BLOCK = 240;
const DEFAULT = /^\{[^}]*?\bdefault\s*=\s*/;
const LONGEST_NAME = 48;
const VARIABLE = /variable\s+[\\"]+[\w-]*$/;

/** `variable "db_password" { default = … }` of Terraform. */
function defaultValue(bytes: Buffer, at: number, quote: Quote): Separator | undefined {
  const brace = skipSpaces(bytes, quote.end);
  if (bytes[brace] !== BRACE) return undefined;
  if (!VARIABLE.test(bytes.toString('latin1', Math.max(0, at - LONGEST_NAME), at)))
    return undefined;
  const found = DEFAULT.exec(bytes.toString('latin1', brace, brace + LONGEST_BLOCK));
  return found === null ? undefined : loose(brace + found[0].length);
}

function loose(end: number): Separator {
  return { end, kind: 'loose' };
}

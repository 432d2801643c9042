import { byteClass, classOf } from '../byte-class.ts';
import type { NameHead } from './names.ts';
import type { Separator } from './separator.ts';
import { isSetBy } from './setter.ts';
import { skipSpaces } from './spaces.ts';
import type { Value } from './value.ts';
import type { Certainty } from './worth.ts';

/** A name, what assigns to it, and what may be its value. */
export interface Assignment {
  readonly head: NameHead;
  readonly nameEnd: number;
  readonly separator: Separator;
  readonly value: Value;
}

/** How sure it is that an assignment is one; `undefined` where it is none. */
export function certaintyOf(bytes: Buffer, assignment: Assignment): Certainty | undefined {
  const { head, nameEnd, separator, value } = assignment;
  const { isOption, isUpperCase } = head;
  switch (separator.kind) {
    case 'argument':
      return 'literal';
    case 'call':
      return value.quoted ? 'literal' : undefined;
    // `('DB_PASSWORD', 'value')`, `["--password", "value"]`; a list of names is none.
    case 'list':
      return isOption || isUpperCase ? 'line' : 'code';
    case 'space':
      if (value.quoted || isOption || (isUpperCase && isSetBy(bytes, head.start))) return 'literal';
      return value.last && separator.end - nameEnd > 1 && beginsLine(bytes, head.start)
        ? 'line'
        : undefined;
    case 'cell':
      return value.last || endsCell(bytes, value) ? 'line' : undefined;
    case 'default':
      return isDefault(bytes, assignment) ? 'literal' : undefined;
    case 'element':
      return value.last && isNamed(bytes, head.start) ? 'line' : undefined;
    default: {
      const isCapital = isUpperCase && separator.kind === 'tight';
      if (value.quoted || isOption || isCapital || isDefault(bytes, assignment)) return 'literal';
      return value.last || endsMember(bytes, assignment) ? 'line' : 'code';
    }
  }
}

const BACKSLASH = 0x5c;
const COLON = 0x3a;
const PIPE = 0x7c;
const BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const DOLLAR = 0x24;
const SPACE = 0x20;
/** A tab or an arrow, whose last byte it is, stands behind a line's number too. */
const LINE_BREAKS = byteClass([0x09, 0x0a, 0x0d, 0x92]);
const ESCAPED_BREAKS = classOf('nrt');
const MOST_INDENT = 40;

/** Whether nothing but spaces stands before a name in its line, or in a numbered line. */
function beginsLine(bytes: Uint8Array, nameStart: number): boolean {
  let at = nameStart;
  while (nameStart - at < MOST_INDENT && bytes[at - 1] === SPACE) at--;
  if (at === 0 || LINE_BREAKS.has[bytes[at - 1] as number] === 1) return true;
  return bytes[at - 2] === BACKSLASH && ESCAPED_BREAKS.has[bytes[at - 1] as number] === 1;
}

/** The first byte of the lines that tables are drawn with. */
const BOX = 0xe2;

/** A cell of a table holds nothing else. */
function endsCell(bytes: Uint8Array, { end, quoted }: Value): boolean {
  if (quoted) return true;
  const next = skipSpaces(bytes, end);
  return bytes[next] === PIPE || bytes[next] === BOX;
}

/** `${DB_PASSWORD:-value}`. */
function isDefault(bytes: Uint8Array, { head: { start }, value }: Assignment): boolean {
  if (bytes[start - 1] !== BRACE || bytes[start - 2] !== DOLLAR) return false;
  return value.quoted || bytes[value.end] === CLOSING_BRACE;
}

const LONGEST_ATTRIBUTE = 32;

/** `<property name="db.password">value</property>`: what other attributes say is no name. */
function isNamed(bytes: Buffer, nameStart: number): boolean {
  const before = bytes.toString('latin1', Math.max(0, nameStart - LONGEST_ATTRIBUTE), nameStart);
  return /\b(?:name|key)=\\*["'][\w.-]*$/.test(before);
}

const CLOSING = classOf('}])');
const LONGEST_NEXT = 36;

/** The end of a member in what languages print of an object: `{User:a Password:b}`, `[password=b, x=c]`. */
function endsMember(bytes: Buffer, { head, separator, value }: Assignment): boolean {
  const next = bytes[value.end] as number;
  const rest = (): string => bytes.toString('latin1', value.end, value.end + LONGEST_NEXT);
  if (separator.kind === 'tight') {
    return CLOSING.has[next] === 1 || /^, ?[A-Za-z_][\w.]*=/.test(rest());
  }
  // Go prints exported fields, which begin with a capital.
  if (separator.kind !== 'colon' || bytes[separator.end - 1] !== COLON) return false;
  const first = bytes[head.start] as number;
  if (first < 0x41 || first > 0x5a) return false;
  return next === CLOSING_BRACE || /^ [A-Z]\w*:/.test(rest());
}

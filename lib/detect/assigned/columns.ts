import { classOf } from '../byte-class.ts';
import type { Match } from '../match.ts';
import { quoteAt } from './quote.ts';
import { isWorth, type Worth } from './worth.ts';

/** Secrets below a header that names them: CSV, and tables as Markdown, psql and mysql write them. */

/** Longest row that is looked at, and how much of a header before and after a name. */
const LONGEST_ROW = 512;
const LONGEST_SIDE = 160;
/** What else of a line end stands before its last character, as it is or escaped in JSON. */
const BEFORE_END = /(?:\\+r)?\\+$|\r$/;
const NUMBER = /^ *\d{1,6}(?:\t|\\+t|\xe2\x86\x92)/;
const RULE = /^[ |:+-]*-[ |:+-]*$/;
/** What a JSON document goes on with behind the string that holds a table, and what is before it. */
const STRING_END = /\\*"(?:\s*\\*[}\]]|\s*,\s*\\*"\w+\\*"\s*:)/;
const STRING_BEGIN = /^.*:\s*\\*"/s;
const CELL = /^ *(?:\\*["'`*])*\w[\w .-]{0,32}(?:\\*["'`*])* *$/;
const VALUE = /^ *(?:\\*["'`])?([^\s"'`\\]+)(?:\\*["'`])? *$/;
const QUOTES_BEFORE = /^ *(?:\\*["'`*])*$/;
const QUOTES_AFTER = /^(?:\\*["'`*])* *$/;
/** The sign between cells stands next to the name, but for what quotes it. */
const SIGN_BEFORE = /(,|;|\||\t|\\+t) *(?:\\*["'`*])*$/;
const SIGN_AFTER = /^(?:\\*["'`*])* *(,|;|\||\t|\\+t)/;
/** Shorter values are none that count. */
const SHORTEST = 8;
/** So many columns of one table: each is read row by row. */
const MOST_COLUMNS = 4;

interface Header {
  /** Between its cells. */
  readonly sign: string;
  readonly columns: number;
  /** That of the name, from 0 on. */
  readonly column: number;
  /** Where the rows begin. */
  readonly end: number;
}

/** The rows that were read last in a text, and how often: a row is no header of others. */
interface Rows {
  readonly start: number;
  readonly end: number;
  readonly reads: number;
}

const read = new WeakMap<Buffer, Rows>();

const SIGNS = classOf(',;\t');
const BLANKS = classOf(' \r\n\\');
const ENDS_CELL = classOf('|\r\n\\');
const BESIDE_CELL = classOf(',;\t|');
const QUOTES = classOf(' "\'`*\\');
const BACKSLASH = 0x5c;
const TAB_LETTER = 0x74;
const SPACE = 0x20;
const STAR = 0x2a;
const MOST_AROUND = 40;

/**
 * Whether the cell of a header may end behind a name: at a sign without a blank behind it, at the line
 * of a table, at the end of the line. In most places none does, and nothing more is looked at.
 */
export function mayEndCell(bytes: Buffer, nameEnd: number): boolean {
  let at = quoteAt(bytes, nameEnd)?.end ?? nameEnd;
  if (SIGNS.has[bytes[at] as number] === 1) return BLANKS.has[bytes[at + 1] as number] === 0;
  while (at - nameEnd < MOST_AROUND && (bytes[at] === SPACE || bytes[at] === STAR)) at++;
  return ENDS_CELL.has[bytes[at] as number] === 1;
}

/** Whether a sign stands before or behind the cell of a name, past what quotes it. */
function isBesideSign(bytes: Buffer, nameStart: number, nameEnd: number): boolean {
  let end = nameEnd;
  while (end - nameEnd < MOST_AROUND && QUOTES.has[bytes[end] as number] === 1) end++;
  if (BESIDE_CELL.has[bytes[end] as number] === 1 || isTab(bytes, end + 1)) return true;
  if (isTab(bytes, nameStart)) return true;
  let start = nameStart;
  while (nameStart - start < MOST_AROUND && QUOTES.has[bytes[start - 1] as number] === 1) start--;
  return BESIDE_CELL.has[bytes[start - 1] as number] === 1 || isTab(bytes, start);
}

/** Whether a tab ends before an offset that is escaped. */
function isTab(bytes: Buffer, end: number): boolean {
  return bytes[end - 1] === TAB_LETTER && bytes[end - 2] === BACKSLASH;
}

/** The secrets in the column whose header is a name. */
export function columnValues(
  bytes: Buffer,
  nameStart: number,
  nameEnd: number,
  worth: Worth,
): readonly Match[] {
  const last = read.get(bytes);
  if (last !== undefined && nameStart >= last.start && nameStart < last.end) return [];
  const header = headerAround(bytes, nameStart, nameEnd);
  if (header === undefined) return [];
  const reads = last?.start === header.end ? last.reads + 1 : 1;
  if (reads > MOST_COLUMNS) return [];
  const found: Match[] = [];
  const end = readRows(bytes, header, (match) => {
    const certainty = header.sign === '|' ? 'line' : 'literal';
    if (isWorth({ bytes, ...match }, worth, certainty)) found.push(match);
  });
  read.set(bytes, { start: header.end, end, reads });
  return found;
}

function headerAround(bytes: Buffer, nameStart: number, nameEnd: number): Header | undefined {
  if (!isBesideSign(bytes, nameStart, nameEnd)) return undefined;
  const from = lineStart(bytes, nameStart);
  if (from === undefined) return undefined;
  const { text: rest, end } = lineAt(bytes, nameEnd, LONGEST_SIDE);
  if (end === undefined) return undefined;
  const before = bytes.toString('latin1', from, nameStart);
  const head = before.replace(STRING_BEGIN, '').replace(NUMBER, '');
  const sign = SIGN_AFTER.exec(rest)?.[1] ?? SIGN_BEFORE.exec(head)?.[1];
  if (sign === undefined) return undefined;
  const left = head.split(sign);
  const own = left.pop() as string;
  const [ownEnd, ...right] = rest.split(sign);
  const cells = [...left, ...right];
  if (!QUOTES_BEFORE.test(own) || !QUOTES_AFTER.test(ownEnd as string)) return undefined;
  if (!(sign === '|' ? isRow(cells, head, rest) : isRecord(cells, `${head}x${rest}`)))
    return undefined;
  return { sign, columns: cells.length + 1, column: left.length, end };
}

/** Names of columns of CSV, the name that was found as a letter: code has a space behind a comma, or nothing, or begins further right. */
function isRecord(cells: readonly string[], line: string): boolean {
  return cells.length > 0 && !/(?:^|[,;])\s/.test(line) && cells.every((cell) => CELL.test(cell));
}

/** Names of columns of a table, which may have a line at its sides. */
function isRow(cells: readonly string[], head: string, rest: string): boolean {
  const inner = cells.slice(head.startsWith('|') ? 1 : 0, rest.endsWith('|') ? -1 : undefined);
  return inner.length > 0 && inner.every((cell) => CELL.test(cell));
}

/** Reads the rows below a header up to one that is none, and says where they end. */
function readRows(bytes: Buffer, header: Header, report: (value: Match) => void): number {
  for (let at = header.end; ; ) {
    const { text: line, end: next } = lineAt(bytes, at, LONGEST_ROW);
    const row = line.includes('"') ? line.slice(0, STRING_END.exec(line)?.index) : line;
    const number = NUMBER.exec(row)?.[0].length ?? 0;
    const cell = cellIn(row, number, header);
    if (cell === undefined) {
      if (!RULE.test(row.slice(number))) return at;
    } else {
      const value = valueIn(row.slice(cell.start, cell.end));
      const start = at + cell.start;
      if (value !== undefined) report({ start: start + value.start, end: start + value.end });
    }
    if (next === undefined || row.length < line.length) return at + row.length;
    at = next;
  }
}

/** Whether a line ends with the byte at an offset: a line end, or the letter of an escaped one. */
function endsLine(bytes: Buffer, at: number): boolean {
  const byte = bytes[at];
  return byte === 0x0a || (byte === 0x6e && bytes[at - 1] === BACKSLASH);
}

/** The rest of a line, and where the next one begins: not where it is longer than looked at. */
function lineAt(bytes: Buffer, from: number, most: number): { text: string; end?: number } {
  let at = from;
  const stop = Math.min(bytes.length, from + most);
  while (at < stop && !endsLine(bytes, at)) at++;
  const text = bytes.toString('latin1', from, at);
  return at === stop ? { text } : { text: text.replace(BEFORE_END, ''), end: at + 1 };
}

/** Where the line of a name begins; `undefined` where it is longer than looked at. */
function lineStart(bytes: Buffer, nameStart: number): number | undefined {
  let at = nameStart;
  const stop = Math.max(0, nameStart - LONGEST_SIDE);
  while (at > stop && !endsLine(bytes, at - 1)) at--;
  return at === stop && stop > 0 ? undefined : at;
}

/** The cell of a header's column; `undefined` where a row has not as many cells as the header. */
function cellIn(row: string, from: number, header: Header): Match | undefined {
  const { sign, columns, column } = header;
  let start = from;
  let cell: Match | undefined;
  for (let index = 0; index < columns; index++) {
    const next = row.indexOf(sign, start);
    if (next < 0 !== (index === columns - 1)) return undefined;
    if (index === column) cell = { start, end: next < 0 ? row.length : next };
    start = next + sign.length;
  }
  return cell;
}

function valueIn(cell: string): Match | undefined {
  if (cell.length < SHORTEST) return undefined;
  const value = VALUE.exec(cell)?.[1];
  if (value === undefined) return undefined;
  const start = cell.indexOf(value);
  return { start, end: start + value.length };
}

import { isUtf8 } from 'node:buffer';
import { type JsonNode, parseJson } from '../json/parse.ts';
import { type LineHash, leafHash, MAX_LINE_BYTES, ZERO_HASH } from './leaf.ts';
import { MAX_DEPTH } from './line.ts';
import { isUsualLine } from './usual-line.ts';

/** A line read back from a segment. */
export interface ParsedLine {
  readonly seq: number;
  readonly ts: string;
  /** Any name: a later version may know more types than this one. */
  readonly type: string;
  readonly prevHash: LineHash;
  readonly hash: LineHash;
  /** The line's text. */
  readonly text: string;
}

/** All members of a line that was read. */
export function membersOf(line: ParsedLine): Readonly<Record<string, unknown>> {
  return JSON.parse(line.text) as Record<string, unknown>;
}

/** Why bytes are no line of a chain. */
export interface LineFault {
  readonly fault: string;
}

/** What a line must say by its place; what is left out is believed (a range's first line). */
export interface DueLine {
  readonly seq?: number | undefined;
  readonly prevHash?: string | undefined;
}

/** Fixed order and no white space, so that a prefix match is the whole check. */
const BEFORE_HASH =
  /^\{"seq":(0|[1-9]\d{0,14}),"ts":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)","line_type":"([a-z][a-z_]*)","prev_hash":"/;

/**
 * The last base64 digit of 32 bytes has two bits to spare, which must be zero: one hash has one
 * spelling.
 */
const HASH = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;

const AFTER_HASH = '","frameworks":';

interface Header {
  readonly seq: string;
  readonly ts: string;
  readonly type: string;
  readonly prevHash: LineHash;
  /** Where the value of `frameworks` begins. */
  readonly end: number;
}

/** What every line begins with. */
function readHeader(text: string, dueHash: string | undefined): Header | undefined {
  const match = BEFORE_HASH.exec(text);
  if (match === null) return undefined;
  const [{ length: at }, seq, ts, type] = match as unknown as [string, string, string, string];
  const prevHash = text.slice(at, at + ZERO_HASH.length) as LineHash;
  // Almost always it is the one that is due, and need not be looked at digit by digit.
  if (prevHash !== dueHash && !HASH.test(prevHash)) return undefined;
  if (!text.startsWith(`${AFTER_HASH}[`, at + ZERO_HASH.length)) return undefined;
  return { seq, ts, type, prevHash, end: at + ZERO_HASH.length + AFTER_HASH.length };
}

const LONE_SURROGATE = /\p{Surrogate}/u;

/** Reads one line (without its newline) and holds it against the format and its place. */
export function parseLine(bytes: Buffer, due: DueLine): ParsedLine | LineFault {
  if (bytes.length > MAX_LINE_BYTES) return { fault: `longer than ${MAX_LINE_BYTES} bytes` };
  // One byte a character: what is longer than that is looked at the thorough way.
  const ascii = bytes.toString('latin1');
  const header = readHeader(ascii, due.prevHash);
  const usual = header !== undefined && isUsualLine(bytes, header.end);
  const text = usual ? ascii : bytes.toString('utf8');
  const fault = usual ? undefined : contentFault(bytes, text, header !== undefined);
  if (fault !== undefined || header === undefined) return { fault: fault ?? '' };
  const { seq, ts, type, prevHash } = header;
  if (due.seq !== undefined && Number(seq) !== due.seq) {
    return { fault: `its seq is ${seq} where ${due.seq} is due` };
  }
  if (due.prevHash !== undefined && prevHash !== due.prevHash) {
    return {
      fault: 'its prev_hash is not the hash of the line before it: one of the two was changed',
    };
  }
  return { seq: Number(seq), ts, type, prevHash, hash: leafHash(bytes), text };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/**
 * What is wrong with a line whatever its place; the thorough way.
 *
 * @param text - the same, decoded
 * @param hasHeader - whether it begins as lines begin
 */
export function contentFault(bytes: Buffer, text: string, hasHeader: boolean): string | undefined {
  if (!isUtf8(bytes)) return 'not UTF-8';
  const members = parseObject(text);
  if (members === undefined) return 'not a JSON object';
  if (!hasHeader) return 'does not begin with the members every line has';
  const frameworks = members['frameworks'];
  if (!Array.isArray(frameworks) || !frameworks.every((tag) => typeof tag === 'string')) {
    return 'its frameworks are not strings';
  }
  if (!isContent(members, 0))
    return 'holds what is neither integer nor well-formed string, or too deep';
  // What comes out the same when written again is spelled as the writer spells it and has no key
  // twice. The reverse does not hold: JavaScript moves keys that look like array indices to the
  // front. Such a line is looked at closely.
  if (JSON.stringify(members) !== text && !isWellSpelled(bytes, text)) {
    return 'has a key twice, or is not spelled as lines are';
  }
  return undefined;
}

function isContent(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return !LONE_SURROGATE.test(value);
  if (typeof value === 'number') return Number.isSafeInteger(value);
  // The line itself is one level more than the field.
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH + 1) return false;
  if (Array.isArray(value)) return value.every((item) => isContent(item, depth + 1));
  for (const key in value) {
    if (LONE_SURROGATE.test(key)) return false;
    const member = (value as Readonly<Record<string, unknown>>)[key];
    if (!isContent(member, depth + 1)) return false;
  }
  return true;
}

function isWellSpelled(bytes: Buffer, text: string): boolean {
  const root = parseJson(bytes);
  return root !== undefined && spell(root, bytes) === text;
}

/** Writes a value again with its keys in their order; undefined where one stands there twice. */
function spell(node: JsonNode, source: Buffer): string | undefined {
  if (node.kind === 'scalar') return spellAgain(source, node.start, node.end);
  if (node.kind === 'string') return spellAgain(source, node.start - 1, node.end + 1);
  if (node.kind === 'array')
    return joined(
      '[',
      node.items.map((item) => spell(item, source)),
      ']',
    );
  const keys = node.members.map(({ key }) => spellAgain(source, key.start - 1, key.end + 1));
  if (new Set(keys).size < keys.length) return undefined;
  const members = node.members.map(({ value }, index) => {
    const spelled = spell(value, source);
    return spelled === undefined ? undefined : `${keys[index]}:${spelled}`;
  });
  return joined('{', members, '}');
}

function spellAgain(source: Buffer, start: number, end: number): string {
  return JSON.stringify(JSON.parse(source.toString('utf8', start, end)));
}

function joined(open: string, parts: readonly (string | undefined)[], close: string) {
  return parts.includes(undefined) ? undefined : `${open}${parts.join(',')}${close}`;
}

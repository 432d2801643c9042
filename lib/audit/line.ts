import { FRAMEWORKS } from './frameworks.ts';
import { MAX_LINE_BYTES } from './leaf.ts';
import type { ChainHead, LineFields, LineType } from './types.ts';

/** The members that every line begins with, in this order. */
const RESERVED: ReadonlySet<string> = new Set([
  'seq',
  'ts',
  'line_type',
  'prev_hash',
  'frameworks',
]);

const FIELD_NAME = /^[a-z][a-z0-9_]*$/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** How deep a field's value may be nested: deeper is a mistake of the caller, or a cycle. */
export const MAX_DEPTH = 16;

/**
 * Writes the line that comes after `head`: one JSON object and its newline. These bytes are what
 * is hashed; nothing ever serialises a line again.
 *
 * @param fields - integers, strings, and arrays and objects of them
 * @throws TypeError where a field is anything else, or a string is not well-formed Unicode
 * @throws RangeError where the line would have more than {@link MAX_LINE_BYTES}; the caller cuts
 *   long lists into several lines
 */
export function buildLine(head: ChainHead, ts: Date, type: LineType, fields: LineFields): Buffer {
  let text = `{"seq":${head.length},"ts":"${ts.toISOString()}","line_type":"${type}"`;
  text += `,"prev_hash":"${head.hash}","frameworks":${JSON.stringify(FRAMEWORKS[type])}`;
  for (const [name, value] of Object.entries(fields)) {
    if (!FIELD_NAME.test(name) || RESERVED.has(name)) {
      throw new TypeError(`An audit line cannot have a field named ${JSON.stringify(name)}.`);
    }
    text += `,"${name}":${write(value, name, 0)}`;
  }
  const line = Buffer.from(`${text}}\n`);
  if (line.length - 1 > MAX_LINE_BYTES) {
    throw new RangeError(
      `An audit line has at most ${MAX_LINE_BYTES} bytes, not ${line.length - 1}.`,
    );
  }
  return line;
}

/**
 * Reads every value once, so that what was checked is what is written (a getter or a `toJSON`
 * could say something else the second time).
 */
function write(value: unknown, field: string, depth: number): string {
  if (depth > MAX_DEPTH) throw new TypeError(`The audit field ${field} is nested too deeply.`);
  if (typeof value === 'string') return quote(value, field);
  if (Number.isSafeInteger(value)) return String(value);
  if (Array.isArray(value)) {
    return `[${Array.from(value, (item) => write(item, field, depth + 1)).join(',')}]`;
  }
  if (isPlainObject(value)) {
    const members = Object.entries(value).map(
      ([key, member]) => `${quote(key, field)}:${write(member, field, depth + 1)}`,
    );
    return `{${members.join(',')}}`;
  }
  throw new TypeError(`The audit field ${field} holds what is neither integer nor string.`);
}

function quote(text: string, field: string): string {
  if (LONE_SURROGATE.test(text)) {
    throw new TypeError(`The audit field ${field} is not well-formed Unicode.`);
  }
  return JSON.stringify(text);
}

/** Anything with a class of its own (a date, a buffer, a `Secret`) has no place in a line. */
function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Recognises placeholders in every spelling in which a message may hold them. */

import { concernedRun, readBracket } from './brackets.ts';
import { Cursor } from './cursor.ts';
import { readBody } from './form-body.ts';
import {
  FINGERPRINT_LENGTH,
  MAX_BRACKETED_LENGTH,
  MAX_FORM_LENGTH,
  MAX_TYPE_LENGTH,
} from './placeholder.ts';

/** How a placeholder is spelled. */
export type FormName = 'plain' | 'json' | 'html' | 'percent' | 'backslash';

/** One complete placeholder. */
export interface Form {
  readonly start: number;
  readonly end: number;
  readonly form: FormName;
  readonly type: string;
  /** Lower case, however it was written. */
  readonly fingerprint: string;
  /** How often `-esc` stands in it. */
  readonly escapes: number;
  /** Where the first `-esc` stands or would stand. */
  readonly escapeAt: number;
  /** Layers of JSON escaping that the spelling itself shows. */
  readonly layers: number;
  /** Whether the type's underscores are backslash-escaped, as Markdown does. */
  readonly underscores: boolean;
  /** By how many bytes it could be longer and still be read. */
  readonly room: number;
}

const BACKSLASH = 0x5c;
const QUOTE = 0x22;

const LESS = 0x3c;
const P = 0x70;
const L = 0x6c;

const NAME_LENGTH = '<pl'.length;
const LONGEST_PLAIN = NAME_LENGTH + MAX_TYPE_LENGTH + FINGERPRINT_LENGTH + '::>'.length;
const PLAIN = new RegExp(
  `^<pl:([A-Z0-9_]{1,${MAX_TYPE_LENGTH}}):([0-9a-f]{${FINGERPRINT_LENGTH}})>`,
);

/** A document of a few pages, as most events are: cheaper to search as a string, once. */
const SHORT = 4096;
const BEGIN = /[<\\&%]/;

const BEGINS = new Uint8Array(256);
for (const char of '<\\&%') BEGINS[char.charCodeAt(0)] = 1;

/** Longest spelling of `<` but for its first backslashes: `\\u0026#x3c;`. */
const OPEN_REACH = 11;

/**
 * Reads the placeholder that begins at `at`, or after those backslashes at `at` that are none of
 * it. `at` must not lie inside a run of backslashes.
 *
 * @returns the form; or the offset of the first byte that does not fit, which is `end` where all
 *   fit and more may follow
 */
export function readForm(bytes: Uint8Array, at: number, end = bytes.length): Form | number {
  const plain = readPlain(bytes, at, end);
  if (plain !== undefined) return plain;
  const cursor = new Cursor(bytes, at, end);
  const open = readBracket(cursor, 'open');
  if (open === undefined) return cursor.at;
  const bound = open.start + MAX_BRACKETED_LENGTH;
  const body = new Cursor(bytes, cursor.at, end, bound);
  const form = readBody(body, open);
  if (form !== undefined) return form;
  // A spelling that fills its bound without being complete never will be.
  return body.at === bound ? at : body.at;
}

/**
 * Reads the spelling that nearly all have, as one expression: byte by byte it took a tenth of a
 * millisecond in code that runs too seldom to be compiled, and a stream's event is read three times.
 */
function readPlain(bytes: Uint8Array, at: number, end: number): Form | undefined {
  if (bytes[at] !== LESS || bytes[at + 1] !== P || bytes[at + 2] !== L) return undefined;
  const text = textOf(bytes, at, Math.min(end, at + LONGEST_PLAIN));
  const [whole, type, fingerprint] = PLAIN.exec(text) ?? [];
  if (whole === undefined || type === undefined || fingerprint === undefined) return undefined;
  return {
    form: 'plain',
    layers: 0,
    start: at,
    end: at + whole.length,
    type,
    fingerprint,
    escapes: 0,
    escapeAt: at + NAME_LENGTH,
    underscores: false,
    room: MAX_BRACKETED_LENGTH - whole.length,
  };
}

/** Whether the bytes from `start` to `end` are no placeholder yet but may become one. */
export function couldBegin(bytes: Uint8Array, start: number, end = bytes.length): boolean {
  return start < end && readForm(bytes, start, end) === end;
}

/**
 * The first complete placeholder from `from` on.
 *
 * Looks for the `pl` first, with a native search: angle brackets, ampersands and backslashes are
 * everywhere in code.
 */
export function findForm(bytes: Uint8Array, from: number, end = bytes.length): Form | undefined {
  const range = Buffer.from(bytes.buffer, bytes.byteOffset + from, Math.max(0, end - from));
  for (let found = range.indexOf('pl', 0, 'latin1'); found !== -1; ) {
    const form = mayFollowName(range[found + 2]) && formAround(bytes, from, from + found, end);
    if (form) return form;
    found = range.indexOf('pl', found + 2, 'latin1');
  }
  return undefined;
}

/** The placeholder whose `pl` stands at `name`. */
function formAround(bytes: Uint8Array, from: number, name: number, end: number): Form | undefined {
  let at = Math.max(from, name - OPEN_REACH);
  while (at > from && bytes[at] === BACKSLASH && bytes[at - 1] === BACKSLASH) at--;
  for (at = nextBegin(bytes, at, name); at < name; at = nextBegin(bytes, at, name)) {
    const form = readForm(bytes, at, end);
    if (typeof form !== 'number') return form;
    at = runEnd(bytes, at, end) || at + 1;
  }
  return undefined;
}

/** Whether a byte may follow the `pl`: a colon, plain or encoded, or an escape. */
function mayFollowName(byte: number | undefined): boolean {
  return byte === 0x3a || byte === 0x2d || byte === 0x25;
}

/**
 * Where the tail begins that may still become a placeholder when more bytes follow.
 *
 * @returns `end` where there is none
 */
export function waitingTail(bytes: Uint8Array, from: number, end = bytes.length): number {
  let at = Math.max(from, end - MAX_FORM_LENGTH);
  while (at > from && bytes[at] === BACKSLASH && bytes[at - 1] === BACKSLASH) at--;
  for (at = nextBegin(bytes, at, end); at < end; at = nextBegin(bytes, at, end)) {
    const after = runEnd(bytes, at, end);
    if (couldBegin(bytes, at, end)) {
      if (after === 0) return at;
      return after - concernedRun(after - at, after === end);
    }
    at = after || at + 1;
  }
  return end;
}

/**
 * Whether a JSON document holds a placeholder, or a string that ends in what may become one:
 * whether it must be parsed at all.
 */
export function concerns(document: Uint8Array): boolean {
  const end = document.length;
  if (end <= SHORT && !BEGIN.test(textOf(document, 0, end))) return false;
  for (let at = nextBegin(document, 0, end); at < end; at = nextBegin(document, at, end)) {
    const form = readForm(document, at, end);
    if (typeof form !== 'number' || form === end) return true;
    if (document[form] === QUOTE && !isEscaped(document, form)) return true;
    at = runEnd(document, at, end) || at + 1;
  }
  return false;
}

function textOf(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
}

function nextBegin(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && BEGINS[bytes[at] as number] === 0) at++;
  return at;
}

/** Where the run of backslashes at `at` ends; 0 where there is none. */
function runEnd(bytes: Uint8Array, at: number, end: number): number {
  if (bytes[at] !== BACKSLASH) return 0;
  let after = at + 1;
  while (after < end && bytes[after] === BACKSLASH) after++;
  return after;
}

function isEscaped(document: Uint8Array, at: number): boolean {
  let before = at;
  while (before > 0 && document[before - 1] === BACKSLASH) before--;
  return (at - before) % 2 === 1;
}

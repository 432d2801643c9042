import { type Bracket, escapingRun, readBracket } from './brackets.ts';
import type { Cursor } from './cursor.ts';
import type { Form } from './forms.ts';
import { ESCAPE, FINGERPRINT_LENGTH, MAX_ESCAPES, MAX_TYPE_LENGTH } from './placeholder.ts';

const MINUS = 0x2d;
const PERCENT = 0x25;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const UNDERSCORE = 0x5f;

/**
 * Reads what follows a placeholder's `<`, to its `>`.
 *
 * @returns `undefined` where it is none; the cursor then stands on the byte that did not fit
 */
export function readBody(cursor: Cursor, open: Bracket): Form | undefined {
  if (!cursor.word('pl')) return undefined;
  const escapeAt = cursor.at;
  const escapes = readEscapes(cursor);
  if (escapes === undefined || !readColon(cursor, open)) return undefined;
  const type = readType(cursor, open);
  if (type === undefined || !readColon(cursor, open)) return undefined;
  const fingerprint = readFingerprint(cursor);
  if (fingerprint === undefined) return undefined;
  const from = cursor.at;
  const close = readBracket(cursor, 'close');
  if (close === undefined) return undefined;
  const spelling = agree(open, type.run, close);
  if (spelling === undefined) {
    cursor.at = from;
    return undefined;
  }
  return {
    ...spelling,
    end: cursor.at,
    type: type.text,
    fingerprint,
    escapes,
    escapeAt,
    underscores: type.run > 0,
    room: cursor.bound - cursor.at,
  };
}

/** Which spelling the parts make together; `undefined` where they contradict each other. */
function agree(
  open: Bracket,
  underscoreRun: number,
  close: Bracket,
): Pick<Form, 'form' | 'layers' | 'start'> | undefined {
  const angle = (bracket: Bracket) => bracket.form === 'plain' || bracket.form === 'json';
  if (!angle(close) && close.form !== open.form) return undefined;
  const layers = Math.max(open.layers, close.layers);
  const run = underscoreRun || close.backslashes;
  if (run === 0) {
    // Backslashes before the opening bracket alone are the text's own: a Windows path, say.
    const form = open.form === 'plain' ? close.form : open.form;
    return { form, layers, start: open.start };
  }
  if (!angle(open) || !angle(close)) return undefined;
  // Their numbers need not agree: what JSON encoders make of them depends on the bracket.
  const start = open.start - Math.min(escapingRun(open.backslashes), run);
  return { form: 'backslash', layers: Math.max(layers, Math.floor(Math.log2(run))), start };
}

function readEscapes(cursor: Cursor): number | undefined {
  for (let escapes = 0; ; escapes++) {
    if (cursor.next !== MINUS) return escapes;
    if (escapes === MAX_ESCAPES || !cursor.word(ESCAPE)) return undefined;
  }
}

function readColon(cursor: Cursor, open: Bracket): boolean {
  if (open.form === 'percent') return cursor.oneOf([':', '%3a']) !== undefined;
  return cursor.word(':');
}

/** Reads the type, and how many backslashes stand before its underscores. */
function readType(cursor: Cursor, open: Bracket): { text: string; run: number } | undefined {
  let text = '';
  let run = 0;
  for (;;) {
    const { next } = cursor;
    if (text !== '' && (next === COLON || (next === PERCENT && startsColon(cursor)))) {
      return { text, run };
    }
    if (text.length === MAX_TYPE_LENGTH) {
      if (open.form === 'percent') cursor.oneOf(['%3a']);
      return undefined;
    }
    if (next === BACKSLASH && (open.form === 'plain' || open.form === 'json')) {
      const backslashes = cursor.backslashes();
      if (cursor.next !== UNDERSCORE) return undefined;
      run ||= backslashes;
      cursor.at++;
      text += '_';
    } else if (next === PERCENT && open.form === 'percent') {
      if (cursor.oneOf(['%5f', ...(text === '' ? [] : ['%3a'])]) === undefined) return undefined;
      text += '_';
    } else if (isTypeByte(next)) {
      cursor.at++;
      text += String.fromCharCode(next);
    } else return undefined;
  }
}

function startsColon(cursor: Cursor): boolean {
  const { at } = cursor;
  const found = cursor.oneOf(['%3a']) !== undefined;
  cursor.at = at;
  return found;
}

function readFingerprint(cursor: Cursor): string | undefined {
  let text = '';
  while (text.length < FINGERPRINT_LENGTH) {
    const { next } = cursor;
    if (!isHex(next)) return undefined;
    text += String.fromCharCode(next);
    cursor.at++;
  }
  return text.toLowerCase();
}

function isTypeByte(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x30 && byte <= 0x39) || byte === UNDERSCORE;
}

function isHex(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

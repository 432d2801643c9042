import { WaterwallError } from '../errors.ts';
import type { Edit } from '../json/edit.ts';
import { type Form, findForm } from './forms.ts';
import { ESCAPE, FINGERPRINT_LENGTH, MAX_ESCAPES, MAX_FORM_LENGTH } from './placeholder.ts';

const ESCAPE_BYTES = Buffer.from(ESCAPE);
const NOTHING = new Uint8Array(0);

/** Longest spelling of `<` but for its first backslashes. */
const MARK_REACH = 11;

const BACKSLASH = 0x5c;

/**
 * Escapes what looks like a placeholder but comes from the client itself: were it to return
 * unchanged, {@link unescapeEdit}'s side would put a secret in its place.
 *
 * @param offsets - where literals may be, sorted: any offset in a spelling of `<`, or in the
 *   backslashes before it
 * @param knows - whether a fingerprint stands for a secret; others are left alone in both directions
 * @returns sorted, disjoint edits
 * @throws WaterwallError `placeholder-collision` where there is no room for one more escape
 */
export function escapeLiteralEdits(
  bytes: Buffer,
  offsets: readonly number[],
  knows: (fingerprint: string) => boolean,
): Edit[] {
  const edits: Edit[] = [];
  let done = 0;
  for (const offset of offsets) {
    if (offset < done) continue;
    const fingerprint = mayBeLiteral(bytes, offset);
    if (fingerprint === undefined || !knows(fingerprint)) continue;
    const form = literalAt(bytes, offset, done);
    if (form === undefined) continue;
    done = form.end;
    if (!knows(form.fingerprint)) continue;
    if (form.escapes >= MAX_ESCAPES || form.room < ESCAPE.length) throw noRoom();
    edits.push({ start: form.escapeAt, end: form.escapeAt, bytes: ESCAPE_BYTES });
  }
  return edits;
}

/** Takes one escape off a literal that comes back. */
export function unescapeEdit(form: Form): Edit {
  return { start: form.escapeAt, end: form.escapeAt + ESCAPE.length, bytes: NOTHING };
}

/** The core of every form: name, escapes, type and fingerprint, colons and underscores as they may be spelled. */
const CORE = /pl(?:-esc)*(?::|%3a)[A-Z0-9_\\%]{1,100}(?::|%3a)([0-9a-f]{16})/i;

const LESS_THAN = 0x3c;
const COLON = 0x3a;
/** With as many backslashes before its underscores as are read. */
const LONGEST_TYPE = 100;

/**
 * A look that settles almost every mark: text about placeholders has many openings and few complete
 * literals, and reading a form in all its spellings costs microseconds.
 *
 * @returns the fingerprint of the literal that may stand here
 */
function mayBeLiteral(bytes: Buffer, offset: number): string | undefined {
  if (bytes[offset] === LESS_THAN && bytes[offset + 3] === COLON) {
    return fingerprintBehind(bytes, offset + 4);
  }
  const end = Math.min(bytes.length, offset + 2 * MARK_REACH + MAX_FORM_LENGTH);
  return CORE.exec(bytes.toString('latin1', offset, end))?.[1]?.toLowerCase();
}

/** The fingerprint behind a type and a colon, where these stand as they are. */
function fingerprintBehind(bytes: Buffer, from: number): string | undefined {
  let at = from;
  while (at - from < LONGEST_TYPE && OF_TYPE[bytes[at] as number] === 1) at++;
  if (at === from || bytes[at] !== COLON) return undefined;
  const start = at + 1;
  for (at = start; at < start + FINGERPRINT_LENGTH; at++) {
    if (!isHex(bytes[at])) return undefined;
  }
  return bytes.toString('latin1', start, at).toLowerCase();
}

function isHex(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const lower = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || (lower >= 0x61 && lower <= 0x66);
}

const OF_TYPE = new Uint8Array(256);
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_\\') OF_TYPE[char.charCodeAt(0)] = 1;

/** The literal in whose opening bracket, or in the backslashes before it, the offset lies. */
function literalAt(bytes: Uint8Array, offset: number, done: number): Form | undefined {
  let at = Math.max(done, offset - MARK_REACH);
  while (at > done && bytes[at - 1] === BACKSLASH) at--;
  let bracket = offset;
  while (bytes[bracket] === BACKSLASH) bracket++;
  const end = Math.min(bytes.length, bracket + MARK_REACH + MAX_FORM_LENGTH);
  for (;;) {
    const form = findForm(bytes, at, end);
    if (form === undefined || form.start > bracket) return undefined;
    if (form.end > offset) return form;
    at = form.end;
  }
}

function noRoom(): WaterwallError {
  return new WaterwallError(
    'placeholder-collision',
    'the request holds a placeholder literal that is already escaped as often as can be undone',
    { fix: 'remove the text `<pl-esc-esc…:…>` from the request, or spell it differently' },
  );
}

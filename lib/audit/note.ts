import { isUtf8 } from 'node:buffer';
import { decodeBase64 } from './base64.ts';
import { SIGNATURE_BYTES, sign } from './ed25519.ts';
import { isKeyName, type VerifierKey } from './vkey.ts';

/** A signed note (C2SP signed-note), read but not verified. */
export interface Note {
  /** What is signed; ends in a newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** A signature line. */
export interface NoteSignature {
  readonly name: string;
  /** 8 hex digits. */
  readonly id: string;
  /** Undefined where it has not the length of an Ed25519 signature: one of another kind. */
  readonly signature: Buffer | undefined;
}

/** Why bytes are no note, or a note is not believed. */
export interface NoteFault {
  readonly fault: string;
}

/** More than any note of ours, with room for witnesses; C2SP's implementations have the same. */
const MAX_NOTE_BYTES = 1_000_000;
const MAX_SIGNATURES = 100;

const SIGNATURE_LINE = /^— (\S+) ([A-Za-z0-9+/]+=*)$/u;
const KEY_ID_BYTES = 4;

/** Everything below U+0020 but newlines, and what is no character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a note may not have
const UNFIT = /[\u0000-\u0009\u000b-\u001f\p{Surrogate}]/u;

/** Reads a note. */
export function parseNote(source: string | Uint8Array): Note | NoteFault {
  if (source.length > MAX_NOTE_BYTES) return { fault: 'the note is too long' };
  if (typeof source !== 'string' && !isUtf8(source)) return { fault: 'the note is not UTF-8' };
  const whole = typeof source === 'string' ? source : Buffer.from(source).toString('utf8');
  if (UNFIT.test(whole)) {
    return { fault: 'the note has characters that notes have not' };
  }
  const end = whole.lastIndexOf('\n\n');
  if (end < 0 || !whole.endsWith('\n') || end + 2 === whole.length) {
    return { fault: 'the note has no signature' };
  }
  const lines = whole.slice(end + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) return { fault: 'the note has too many signatures' };
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const signature = parseSignature(line);
    if (signature === undefined) return { fault: 'a signature line of the note is malformed' };
    signatures.push(signature);
  }
  return { text: whole.slice(0, end + 1), signatures };
}

function parseSignature(line: string): NoteSignature | undefined {
  const [, name, encoded] = SIGNATURE_LINE.exec(line) ?? [];
  if (name === undefined || encoded === undefined || !isKeyName(name)) return undefined;
  const bytes = decodeBase64(encoded);
  if (bytes === undefined || bytes.length <= KEY_ID_BYTES) return undefined;
  return {
    name,
    id: bytes.toString('hex', 0, KEY_ID_BYTES),
    signature:
      bytes.length === KEY_ID_BYTES + SIGNATURE_BYTES ? bytes.subarray(KEY_ID_BYTES) : undefined,
  };
}

/**
 * Holds a note against one key: lines by other keys are passed over, one by this key must be there
 * once and must be good.
 *
 * @returns the fault, undefined where the key signed the text
 */
export function noteFault(note: Note, key: VerifierKey): string | undefined {
  const named = note.signatures.filter(({ name }) => name === key.name);
  const own = named.filter(({ id }) => id === key.id);
  const [only] = own;
  if (only === undefined) {
    const other = named.map(({ id }) => `, but by its key ${id}`).at(0) ?? '';
    return `the note is not signed by ${key.name}+${key.id}${other}`;
  }
  if (own.length > 1) return `the note has two signatures by ${key.name}`;
  const isGood = only.signature !== undefined && key.verify(Buffer.from(note.text), only.signature);
  return isGood ? undefined : `the signature by ${key.name} is not of this note`;
}

/**
 * Signs a text.
 *
 * @param text - ends in a newline; without control characters other than newlines
 * @param key - the name and public key under which it is signed
 * @param seed - the private key of `key`
 */
export function signNote(text: string, key: VerifierKey, seed: Uint8Array): string {
  if (!text.endsWith('\n') || UNFIT.test(text)) {
    throw new TypeError('A note is lines of Unicode text without control characters.');
  }
  const bytes = Buffer.concat([Buffer.from(key.id, 'hex'), sign(Buffer.from(text), seed)]);
  return `${text}\n— ${key.name} ${bytes.toString('base64')}\n`;
}

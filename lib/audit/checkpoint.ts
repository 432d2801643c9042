import { decodeBase64Of } from './base64.ts';
import { keyFor, type LogKey } from './log-key.ts';
import { type NoteFault, noteFault, parseNote, signNote } from './note.ts';
import type { VerifierKey } from './vkey.ts';

/** What a checkpoint says of a log (C2SP tlog-checkpoint). */
export interface Checkpoint {
  readonly origin: string;
  /** Number of lines. */
  readonly size: number;
  /** The RFC 6962 root, 32 bytes. */
  readonly root: Buffer;
  /** The vkey that takes over after this size; only in the last checkpoint of a key. */
  readonly next?: string;
}

const TEXT = /^([^\n]+)\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/]{43}=)\n(?:next ([!-~]+)\n)?$/u;

/**
 * Signs a checkpoint with the log's key, whose name is the origin.
 *
 * @param next - the vkey that takes over
 */
export function signCheckpoint(
  size: number,
  root: Uint8Array,
  key: VerifierKey,
  seed: Uint8Array,
  next?: string,
): string {
  const encoded = Buffer.from(root).toString('base64');
  const last = next === undefined ? '' : `next ${next}\n`;
  return signNote(`${key.name}\n${size}\n${encoded}\n${last}`, key, seed);
}

/**
 * Reads and verifies a checkpoint: the key has to be the one that signs for its size. One of
 * another log than the key's is a fault too.
 */
export function openCheckpoint(source: string | Uint8Array, key: LogKey): Checkpoint | NoteFault {
  const note = parseNote(source);
  if ('fault' in note) return note;
  const checkpoint = parseCheckpoint(note.text);
  const fault = noteFault(note, keyFor(key, checkpoint?.size ?? 0));
  if (fault !== undefined) return { fault };
  if (checkpoint === undefined) return { fault: 'the note is no checkpoint' };
  return checkpoint.origin === key.name
    ? checkpoint
    : { fault: `the checkpoint is of ${checkpoint.origin}, not of ${key.name}` };
}

/** Reads a checkpoint's text, whoever signed it; undefined where it is none. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const [, origin, digits, encoded, next] = TEXT.exec(text) ?? [];
  const size = Number(digits);
  const root = decodeBase64Of(32, encoded ?? '');
  if (origin === undefined || root === undefined || !Number.isSafeInteger(size)) return undefined;
  return { origin, size, root, ...(next === undefined ? {} : { next }) };
}

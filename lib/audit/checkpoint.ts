import { decodeBase64Of } from './base64.ts';
import { type NoteFault, noteFault, parseNote, signNote } from './note.ts';
import type { VerifierKey } from './vkey.ts';

/** What a checkpoint says of a log (C2SP tlog-checkpoint). */
export interface Checkpoint {
  readonly origin: string;
  /** Number of lines. */
  readonly size: number;
  /** The RFC 6962 root, 32 bytes. */
  readonly root: Buffer;
}

const TEXT = /^([^\n]+)\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/]{43}=)\n$/u;

/** Signs a checkpoint with the log's key, whose name is the origin. */
export function signCheckpoint(
  size: number,
  root: Uint8Array,
  key: VerifierKey,
  seed: Uint8Array,
): string {
  const encoded = Buffer.from(root).toString('base64');
  return signNote(`${key.name}\n${size}\n${encoded}\n`, key, seed);
}

/** Reads and verifies a checkpoint; one of another log than the key's is a fault too. */
export function openCheckpoint(
  source: string | Uint8Array,
  key: VerifierKey,
): Checkpoint | NoteFault {
  const note = parseNote(source);
  if ('fault' in note) return note;
  const fault = noteFault(note, key);
  if (fault !== undefined) return { fault };
  const checkpoint = parseCheckpoint(note.text);
  if (checkpoint === undefined) return { fault: 'the note is no checkpoint' };
  return checkpoint.origin === key.name
    ? checkpoint
    : { fault: `the checkpoint is of ${checkpoint.origin}, not of ${key.name}` };
}

/** Reads a checkpoint's text, whoever signed it; undefined where it is none. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const [, origin, digits, encoded] = TEXT.exec(text) ?? [];
  const size = Number(digits);
  const root = decodeBase64Of(32, encoded ?? '');
  if (origin === undefined || root === undefined || !Number.isSafeInteger(size)) return undefined;
  return { origin, size, root };
}

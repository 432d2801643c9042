import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Checkpoint, openCheckpoint, parseCheckpoint } from './checkpoint.ts';
import { CHECKPOINT_FILE, CHECKPOINTS_FOLDER } from './folder.ts';
import type { LogKey } from './log-key.ts';
import { parseNote } from './note.ts';

const SIGNATURES = /^(?:— [^\n]*(?:\n|$))+$/u;

/**
 * Splits a file of notes that follow one another. What is no note, such as the remains of a write
 * that was cut short, is passed over.
 */
export function splitNotes(text: string): string[] {
  const blocks = text.split(/\n{2,}/);
  const notes: string[] = [];
  for (const [index, block] of blocks.entries()) {
    const before = blocks[index - 1];
    if (before === undefined || !SIGNATURES.test(block) || SIGNATURES.test(before)) continue;
    notes.push(`${before}\n\n${block.replace(/\n$/, '')}\n`);
  }
  return notes;
}

/** A checkpoint that somebody kept. What it says counts for nothing until it is verified. */
export interface KeptNote extends Checkpoint {
  /** Where it was found. */
  readonly file: string;
  /** The note, whole. */
  readonly note: string;
}

/** The checkpoints of a log in a file of notes, unverified; another log's are passed over. */
export function readNotes(text: string, origin: string, file: string): KeptNote[] {
  return splitNotes(text).flatMap((note) => {
    const parsed = parseNote(note);
    const checkpoint = 'fault' in parsed ? undefined : parseCheckpoint(parsed.text);
    return checkpoint?.origin === origin ? [{ ...checkpoint, file, note }] : [];
  });
}

/** The checkpoints that a log folder keeps beside its chain. */
export interface KeptNotes {
  readonly notes: readonly KeptNote[];
  /** What is wrong with the latest one, which is verified. */
  readonly fault?: string;
}

/** Reads what a log folder keeps; what is not there is none. */
export async function readKeptNotes(logFolder: string, key: LogKey): Promise<KeptNotes> {
  const notes: KeptNote[] = [];
  const folder = join(logFolder, CHECKPOINTS_FOLDER);
  for (const name of (await ifThere(readdir(folder), [])).sort()) {
    if (!name.endsWith('.notes')) continue;
    const file = `${CHECKPOINTS_FOLDER}/${name}`;
    notes.push(...readNotes(await readFile(join(folder, name), 'utf8'), key.name, file));
  }
  const latest = await ifThere(readFile(join(logFolder, CHECKPOINT_FILE)), undefined);
  if (latest === undefined) return { notes };
  const checkpoint = openCheckpoint(latest, key);
  if ('fault' in checkpoint) return { notes, fault: checkpoint.fault };
  return {
    notes: [...notes, { ...checkpoint, file: CHECKPOINT_FILE, note: latest.toString('utf8') }],
  };
}

/**
 * Reads the checkpoints that lie beside the segments of a chain folder, and verifies them.
 *
 * @param only - the one of this segment; otherwise all
 */
export async function readSegmentNotes(
  chainFolder: string,
  key: LogKey,
  only?: string,
): Promise<KeptNotes> {
  const notes: KeptNote[] = [];
  const names = await ifThere(readdir(chainFolder), []);
  for (const file of names.filter((name) => name.endsWith('.note')).sort()) {
    if (only !== undefined && file !== only.replace(/\.jsonl$/, '.note')) continue;
    const bytes = await readFile(join(chainFolder, file));
    const checkpoint = openCheckpoint(bytes, key);
    if ('fault' in checkpoint) return { notes, fault: `${file}: ${checkpoint.fault}` };
    notes.push({ ...checkpoint, file, note: bytes.toString('utf8') });
  }
  return { notes };
}

async function ifThere<Value, None>(reading: Promise<Value>, none: None): Promise<Value | None> {
  try {
    return await reading;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return none;
    throw error;
  }
}

import { type FileHandle, open, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** A file of the chain. */
export interface Segment {
  readonly path: string;
  /** The file's name. */
  readonly name: string;
  /** The `seq` of its first line. */
  readonly first: number;
}

const SEGMENT_NAME = /^(\d{20})\.jsonl$/;

/** The segment of a chain folder that begins with the line `first`. */
export function segmentAt(chainFolder: string, first: number): Segment {
  const name = `${padSeq(first)}.jsonl`;
  return { path: join(chainFolder, name), name, first };
}

/** Writes a `seq` as file names hold it: 20 digits, so that names sort as numbers do. */
export function padSeq(seq: number): string {
  return String(seq).padStart(20, '0');
}

/** The `seq` that a segment's file name promises; undefined where it is no segment's name. */
export function firstSeqOf(path: string): number | undefined {
  const digits = SEGMENT_NAME.exec(basename(path))?.[1];
  const first = Number(digits);
  return digits !== undefined && Number.isSafeInteger(first) ? first : undefined;
}

/** What a chain folder holds. */
export interface ChainFolder {
  /** In the order of their lines. */
  readonly segments: readonly Segment[];
  /** Names that look like segments and are none. */
  readonly misnamed: readonly string[];
}

/** Lists a chain folder; what does not end in `.jsonl` is none of the chain's business. */
export async function listSegments(chainFolder: string): Promise<ChainFolder> {
  const names = (await readdir(chainFolder)).filter((name) => name.endsWith('.jsonl')).sort();
  const segments: Segment[] = [];
  const misnamed: string[] = [];
  for (const name of names) {
    const first = firstSeqOf(name);
    if (first === undefined) misnamed.push(name);
    else segments.push({ path: join(chainFolder, name), name, first });
  }
  return { segments, misnamed };
}

/** Makes a new, empty segment, durably; fails where the file is there already. */
export async function createSegment(chainFolder: string, first: number): Promise<FileHandle> {
  const file = await open(segmentAt(chainFolder, first).path, 'ax', 0o600);
  try {
    await file.sync();
    await syncFolder(chainFolder);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Makes the names in a folder durable: syncing a file does not say that its name survives. */
export async function syncFolder(path: string): Promise<void> {
  // Windows can neither open nor sync a folder, and NTFS journals its names.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CHECKED_BYTES, type ChainEnd } from './chain-end.ts';
import { TORN_FOLDER } from './folder.ts';
import { padSeq, syncFolder } from './segment.ts';
import { readTail } from './tail.ts';
import { writeAll } from './writer.ts';

const NEWLINE = Buffer.from('\n');

/** What a `recovered` line says. */
export interface TornTail {
  /** Relative to the log folder. */
  readonly file: string;
  readonly bytes: number;
  /** Of those bytes, hex, as `sha256sum` prints it. */
  readonly sha256: string;
}

/**
 * Moves what was torn off at the chain's end aside, and gives all that must be recorded there.
 *
 * A crash at any point loses neither the bytes nor their record: they are durable elsewhere before
 * they leave the segment, and what lies in the folder under the number of the line that comes next
 * has no line yet, because that line would be its record.
 */
export async function recoverTail(logFolder: string, end: ChainEnd): Promise<readonly TornTail[]> {
  const prefix = `${padSeq(end.head.length)}-`;
  if (end.torn.length > 0) {
    await keep(logFolder, `${prefix}${sha256(end.torn).slice(0, 16)}`, end.torn);
    await cutOff(end);
  }
  return unrecorded(logFolder, prefix);
}

async function keep(logFolder: string, name: string, bytes: Buffer): Promise<void> {
  const folder = join(logFolder, TORN_FOLDER);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await syncFolder(logFolder);
  // Under its name only when complete; a crash before that leaves a `.new`, which is written anew.
  const path = join(folder, name);
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  await syncFolder(folder);
}

async function cutOff(end: ChainEnd): Promise<void> {
  const file = await open(end.segment.path, 'r+');
  try {
    await file.truncate(end.size);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Makes sure that the lines after which the log goes on are on the disk, and not only in the page
 * cache, where a killed process leaves them. Syncing alone is not enough: the pages of a failed
 * sync count as clean from then on, although the disk never got them; only writing the same bytes
 * again makes the kernel try again.
 */
export async function makeDurable(logFolder: string, end: ChainEnd): Promise<void> {
  const file = await open(end.segment.path, 'r+');
  try {
    const tail = await readTail(file, CHECKED_BYTES);
    const bytes = Buffer.concat(tail.lines.flatMap((line) => [line, NEWLINE]));
    await writeAll(file, bytes, tail.size - bytes.length);
    await file.sync();
  } finally {
    await file.close();
  }
  await syncFolder(dirname(end.segment.path));
  await syncFolder(logFolder);
}

async function unrecorded(logFolder: string, prefix: string): Promise<readonly TornTail[]> {
  const folder = join(logFolder, TORN_FOLDER);
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const found: TornTail[] = [];
  for (const name of names.sort()) {
    if (!name.startsWith(prefix) || name.endsWith('.new')) continue;
    const bytes = await readFile(join(folder, name));
    found.push({ file: `${TORN_FOLDER}/${name}`, bytes: bytes.length, sha256: sha256(bytes) });
  }
  return found;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

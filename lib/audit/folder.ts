import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The chain's folder in the log folder. */
export const CHAIN_FOLDER = 'chain';

/** Where the remains of writings that were cut short lie. */
export const TORN_FOLDER = 'torn';

/** The lock's file in the log folder. It is empty, never deleted, and says nothing by being there. */
export const LOCK_FILE = 'lock';

/** The latest signed checkpoint. */
export const CHECKPOINT_FILE = 'checkpoint';

/** The latest checkpoint that a witness has cosigned. */
export const COSIGNED_FILE = 'checkpoint.cosigned';

/** The checkpoints that are kept. */
export const CHECKPOINTS_FOLDER = 'checkpoints';

/** Logs that were ended for a new one, and what each left for its successor's first line. */
export const CLOSED_FOLDER = 'closed';
export const CLOSED_FILE = 'closed.json';

/** What the name of a log's folder ends in whose ending was cut short. */
export const UNFINISHED = '.new';

/** The folders of the logs that were ended and say something of themselves, oldest first. */
export async function listClosed(logFolder: string): Promise<readonly string[]> {
  const folder = join(logFolder, CLOSED_FOLDER);
  if (!(await exists(folder))) return [];
  const found: string[] = [];
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name);
    if (!name.endsWith(UNFINISHED) && (await exists(join(path, CLOSED_FILE)))) found.push(path);
  }
  return found;
}

/** What lies in a log folder only where there was a chain. */
export const CHAIN_TRACES: readonly string[] = [
  LOCK_FILE,
  TORN_FOLDER,
  CHECKPOINT_FILE,
  CHECKPOINTS_FOLDER,
];

/** Whether there is anything under a name, be it a link that leads nowhere. */
export async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

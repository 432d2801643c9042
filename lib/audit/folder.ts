import { lstat } from 'node:fs/promises';

/** The chain's folder in the log folder. */
export const CHAIN_FOLDER = 'chain';

/** Where the remains of writings that were cut short lie. */
export const TORN_FOLDER = 'torn';

/** The lock's file in the log folder. It is empty, never deleted, and says nothing by being there. */
export const LOCK_FILE = 'lock';

/** The latest signed checkpoint. */
const CHECKPOINT_FILE = 'checkpoint';

/** What lies in a log folder only where there was a chain. */
export const CHAIN_TRACES: readonly string[] = [LOCK_FILE, TORN_FOLDER, CHECKPOINT_FILE];

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

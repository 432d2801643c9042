import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Hold } from './kill-source.ts';

/** Name of the sentinel in the run folder. */
export const SENTINEL_NAME = 'kill';

/** Looks at the run folder and the sentinel in it. */
export interface SentinelLook {
  /** Two stat calls, and a read of a sentinel that is new. Whatever is not clearly “no sentinel” is a hold. */
  look(): Hold | undefined;
  close(): void;
}

/**
 * Remembers which folder the run folder is, so that one put in its place is noticed: whoever could
 * move the folder away could otherwise make the sentinel disappear without a trace.
 *
 * @param folder - the run folder; must exist by now, else every look holds
 */
export function watchSentinel(folder: string): SentinelLook {
  const file = join(folder, SENTINEL_NAME);
  const handle = openFolder(folder);
  const first = identityAtStart(folder, handle);
  const clear = 'restart Waterwall: it makes its run folder anew';
  /** Its file is read when it has changed; it is looked at with every request. */
  let said: { readonly at: number; readonly reason: string } | undefined;

  return {
    look() {
      try {
        const now = statSync(folder, { bigint: true, throwIfNoEntry: false });
        if (now === undefined) return { reason: `run folder ${folder} is missing`, clear };
        if (!now.isDirectory()) return { reason: `run folder ${folder} is not a folder`, clear };
        if (first === undefined || now.ino !== first.ino || now.dev !== first.dev) {
          return { reason: `run folder ${folder} was replaced`, clear };
        }
        // lstat: a dangling link of that name is a sentinel too.
        const seen = lstatSync(file, { throwIfNoEntry: false });
        if (seen === undefined) return undefined;
        if (said === undefined || said.at !== seen.mtimeMs) {
          said = { at: seen.mtimeMs, reason: sentinelReason(file, seen) };
        }
        return { reason: said.reason, clear: `rm ${shellWord(file)}` };
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
        return {
          reason: `run folder ${folder} cannot be read (${code})`,
          clear: `make ${folder} readable for Waterwall`,
        };
      }
    },
    close() {
      if (handle !== undefined) closeSync(handle);
    },
  };
}

/** No more of a sentinel is shown. */
const LONGEST_REASON = 200;

/**
 * Why a sentinel is there: its first line, where it has one that can be shown. Anybody may have
 * written it, with whatever in it.
 *
 * @param seen - what `lstat` says of it: a link is not followed, nothing else than a file is opened
 */
export function sentinelReason(file: string, seen: Pick<Stats, 'isFile'>): string {
  const exists = `${file} exists`;
  if (!seen.isFile()) return exists;
  try {
    const handle = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const bytes = Buffer.alloc(4 * LONGEST_REASON);
      const text = bytes.toString('utf8', 0, readSync(handle, bytes, 0, bytes.length, 0));
      const line = text.split('\n', 1)[0] ?? '';
      const plain = [...line.replaceAll(/[\p{C}\p{Z}]+/gu, ' ').trim()];
      const shown = plain.slice(0, LONGEST_REASON).join('');
      return shown === '' ? exists : `${exists}: ${shown}`;
    } finally {
      closeSync(handle);
    }
  } catch {
    return exists;
  }
}

/**
 * An open folder keeps its inode number from being given to another, so that comparing numbers
 * tells a replaced folder for certain. Windows cannot open folders; file ids are not reused there
 * so soon.
 */
function openFolder(folder: string): number | undefined {
  try {
    return openSync(folder, 'r');
  } catch {
    return undefined;
  }
}

function identityAtStart(folder: string, handle: number | undefined): BigIntStats | undefined {
  try {
    if (handle !== undefined) return fstatSync(handle, { bigint: true });
    return statSync(folder, { bigint: true });
  } catch {
    return undefined;
  }
}

function shellWord(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

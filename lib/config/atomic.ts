import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { WaterwallError } from '../errors.ts';
import { privateMode } from './modes.ts';

/**
 * Creates a private file that either is there whole, and durable, or not at all.
 *
 * @returns false where the name is taken; the file that has it is left alone
 * @throws WaterwallError `io-error`
 */
export function createFile(file: string, content: string | Uint8Array): boolean {
  return writing(file, () => {
    const temporary = writeTemporary(file, content);
    try {
      // Unlike rename(2), link(2) never replaces.
      linkSync(temporary, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    } finally {
      rmSync(temporary, { force: true });
    }
    syncFolder(dirname(file));
    return true;
  });
}

/**
 * Puts a private file in place of whatever has its name.
 *
 * @throws WaterwallError `io-error`
 */
export function replaceFile(file: string, content: string | Uint8Array): void {
  writing(file, () => {
    const temporary = writeTemporary(file, content);
    try {
      renameSync(temporary, file);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
    syncFolder(dirname(file));
  });
}

/** Makes names that were created, renamed or removed in a folder durable. */
export function syncFolder(folder: string): void {
  // Windows has no handle of a folder that could be synchronised.
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** In the same folder, because links and renames do not cross file systems. */
function writeTemporary(file: string, content: string | Uint8Array): string {
  const folder = dirname(file);
  const name = `.${basename(file)}.${randomBytes(6).toString('hex')}.tmp`;
  const temporary = join(folder, name);
  const { mode, gid } = privateMode(file);
  const handle = openSync(temporary, 'wx', 0o600);
  try {
    writeFileSync(handle, content);
    if (gid !== undefined) {
      fchownSync(handle, 0, gid);
      fchmodSync(handle, mode);
    }
    fsyncSync(handle);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(handle);
  }
  return temporary;
}

function writing<T>(file: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new WaterwallError('io-error', `${file} cannot be written (${code})`, {
      fix: `see that ${dirname(file)} is there, writable, and on a disk with space left`,
      cause,
      details: { file, code },
    });
  }
}

import { randomBytes } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Writable } from 'node:stream';
import { WaterwallError } from '../../errors.ts';

/** @throws WaterwallError `file-exists` */
export function requireFree(out: string, overwrite: boolean): void {
  if (!overwrite && existsSync(out)) throw alreadyThere(out);
}

/**
 * Writes a file that only its owner reads: under its name only when it is whole and durable.
 *
 * @param fill - writes and ends it
 * @returns its size
 * @throws WaterwallError `file-exists`, `io-error`
 */
export async function writeNewFile(
  out: string,
  overwrite: boolean,
  fill: (file: Writable) => Promise<void>,
): Promise<number> {
  const temporary = `${out}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await (await open(temporary, 'wx', 0o600)).close();
    await fill(createWriteStream(temporary, { flags: 'r+' }));
    const handle = await open(temporary, 'r');
    const { size } = await handle.stat();
    await handle.sync().finally(() => handle.close());
    if (overwrite) await rename(temporary, out);
    else await link(temporary, out);
    return size;
  } catch (cause) {
    throw asError(out, cause);
  } finally {
    await rm(temporary, { force: true });
  }
}

function asError(out: string, cause: unknown): unknown {
  if (cause instanceof WaterwallError) return cause;
  const { code } = cause as NodeJS.ErrnoException;
  if (code === undefined || code === 'ABORT_ERR') return cause;
  if (code === 'EEXIST') return alreadyThere(out, cause);
  return new WaterwallError('io-error', `${out} cannot be written (${code})`, {
    fix: mend(code, dirname(out)),
    cause,
  });
}

/** The folder is named: what a daemon writes for others does not lie where they asked for it. */
function mend(code: string, folder: string): string {
  if (code === 'ENOSPC' || code === 'EDQUOT') return `make room on the disk of ${folder}`;
  if (code === 'EROFS') return `mount the file system of ${folder} for writing`;
  return 'name a file in a folder that is there, writable, and on a disk with room';
}

function alreadyThere(out: string, cause?: unknown): WaterwallError<'file-exists'> {
  return new WaterwallError('file-exists', `${out} is there already`, {
    fix: 'name another file, or overwrite it with --overwrite',
    cause,
  });
}

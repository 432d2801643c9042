import { spawn } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import { WaterwallError } from '../errors.ts';
import { LOCK_FILE } from './folder.ts';

/** The exclusive right to write a log folder, until it is released or the process ends. */
export interface LogLock {
  release(): Promise<void>;
}

/**
 * libuv's own number for "share with nobody" on Windows, and the BSDs' and macOS's `O_EXLOCK`;
 * Node passes both through and names neither.
 */
const EXCLUSIVE: Partial<Record<NodeJS.Platform, number>> = {
  win32: 0x10000000,
  darwin: 0x20 | constants.O_NONBLOCK,
  freebsd: 0x20 | constants.O_NONBLOCK,
  openbsd: 0x20 | constants.O_NONBLOCK,
};

/**
 * Locks a log folder with the kernel's own lock, which ends with the process however it ends: a
 * file that holds a process id goes stale, and the id may be somebody else's meanwhile; a socket's
 * address is not shared between network namespaces that share the folder.
 *
 * Linux opens no file with a lock and Node has no flock(2), but such a lock belongs to the open
 * file, not to the process that asked for it: the command `flock` (util-linux, busybox) locks the
 * descriptor it inherits and exits, and ours stays locked.
 *
 * @throws WaterwallError `already-running` where somebody else holds it
 */
export async function lockLog(logFolder: string): Promise<LogLock> {
  const path = join(logFolder, LOCK_FILE);
  const flags = constants.O_RDWR | constants.O_CREAT;
  const native = EXCLUSIVE[process.platform];
  // A number, not a FileHandle: one that nobody refers to any more is closed, and the lock with it.
  let file: number;
  try {
    file = openSync(path, flags | (native ?? 0), 0o600);
  } catch (cause) {
    if (native !== undefined && isBusy(cause)) throw alreadyRunning(logFolder);
    throw cannotLock(path, cause);
  }
  try {
    if (native === undefined) await flock(file, logFolder);
  } catch (error) {
    closeSync(file);
    throw error;
  }
  return { release: async () => closeSync(file) };
}

async function flock(file: number, logFolder: string): Promise<void> {
  const status = await new Promise<number | null>((resolve, reject) => {
    const child = spawn('flock', ['-xn', '3'], { stdio: ['ignore', 'ignore', 'ignore', file] });
    child.once('error', reject);
    child.once('exit', resolve);
  }).catch((cause: unknown) => {
    throw cannotLock('flock', cause);
  });
  if (status === 1) throw alreadyRunning(logFolder);
  if (status !== 0) throw cannotLock('flock', new Error(`flock exited with ${status}`));
}

function isBusy(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'EAGAIN' || code === 'EWOULDBLOCK' || code === 'EBUSY';
}

function alreadyRunning(logFolder: string): WaterwallError<'already-running'> {
  return new WaterwallError('already-running', `another process writes the log in ${logFolder}`, {
    fix: 'stop it first, or give this one a home of its own with WATERWALL_HOME',
  });
}

function cannotLock(what: string, cause: unknown): WaterwallError<'io-error'> {
  return new WaterwallError('io-error', `the log folder cannot be locked (${what})`, {
    fix: 'make the log folder writable for this user; on Linux have the command flock (util-linux) in PATH',
    cause,
  });
}

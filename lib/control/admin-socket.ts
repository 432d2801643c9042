import { lstatSync, renameSync, rmSync } from 'node:fs';
import type { Server } from 'node:net';
import { connect } from 'node:net';
import { isPipe } from '../config/admin-address.ts';
import { WaterwallError } from '../errors.ts';

/** `sun_path` of unix(7) less its final NUL; longer paths are cut silently by older kernels' tools. */
const MAX_PATH = process.platform === 'darwin' ? 103 : 107;

/** A process that holds the socket answers a connection at once; a stuck one counts as alive. */
const PROBE_TIMEOUT = 2000;

/**
 * Lets a server listen on a Unix socket, or a named pipe. A socket nobody listens on any more is
 * replaced; a pipe ends with its process.
 *
 * @param mode - 0600, or 0660 for the service's group; in force from the first moment on
 * @throws WaterwallError `already-running` where a process answers there, `io-error` otherwise
 */
export async function listenOnSocket(server: Server, path: string, mode: number): Promise<void> {
  if (!isPipe(path) && Buffer.byteLength(path) > MAX_PATH) {
    throw new WaterwallError(
      'io-error',
      `the socket's path is longer than ${MAX_PATH} bytes: ${path}`,
      {
        fix: 'choose a home with a shorter path, e.g. WATERWALL_HOME=~/.ww',
      },
    );
  }
  for (let attempt = 1; ; attempt++) {
    try {
      await listen(server, path, mode);
      return;
    } catch (error) {
      if (errnoOf(error) !== 'EADDRINUSE' || attempt === 3) throw cannotListen(path, error);
      await removeStale(path);
    }
  }
}

function listen(server: Server, path: string, mode: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // bind(2) happens inside the call, so that the socket never exists with a wider mode.
    const before = process.umask(0o777 & ~mode);
    try {
      server.listen(path, () => {
        server.off('error', reject);
        resolve();
      });
    } finally {
      process.umask(before);
    }
  });
}

async function removeStale(path: string): Promise<void> {
  if (isPipe(path)) throw alreadyRunning(path);
  const judged = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (judged === undefined) return;
  if (!judged.isSocket()) {
    throw new WaterwallError('io-error', `${path} exists and is no socket`, {
      fix: `remove ${path}`,
    });
  }
  if (await isAlive(path)) throw alreadyRunning(path);
  // Two processes may start at once: what is moved away must be what was judged, not the socket
  // that the other has bound meanwhile.
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw cannotListen(path, error);
  }
  const moved = lstatSync(aside, { bigint: true });
  // The time too: a file system gives a freed inode number to the next file.
  if (moved.ino === judged.ino && moved.mtimeNs === judged.mtimeNs) rmSync(aside);
  else renameSync(aside, path);
}

function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (alive: boolean): void => {
      socket.destroy();
      resolve(alive);
    };
    socket.setTimeout(PROBE_TIMEOUT, () => settle(true));
    socket.once('connect', () => settle(true));
    socket.once('error', (error) =>
      settle(errnoOf(error) !== 'ECONNREFUSED' && errnoOf(error) !== 'ENOENT'),
    );
  });
}

function alreadyRunning(path: string): WaterwallError {
  return new WaterwallError('already-running', `another Waterwall answers at ${path}`, {
    fix: 'stop it first, or set WATERWALL_HOME to another home',
  });
}

function cannotListen(path: string, error: unknown): WaterwallError {
  if (error instanceof WaterwallError) return error;
  return new WaterwallError('io-error', `cannot listen on ${path} (${errnoOf(error)})`, {
    fix: 'make its folder exist and writable for this user',
    cause: error,
  });
}

function errnoOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown error';
}

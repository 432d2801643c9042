import { type ChildProcess, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { packageRoot } from '../../config/package-root.ts';
import { INHERITED_FD } from './serve.ts';

/** A way to the signer that may have to be gone again and again. */
export interface SignerReach {
  readonly mode: 'child' | 'service';
  /** The signer's process, where it is ours. */
  readonly pid: number | undefined;
  /** Whether the signer has a user of its own, whose files this process cannot change. */
  isolated(): boolean;
  /** Opens a connection; whether anybody answers there shows on it. */
  open(): Duplex;
  /** Ends what was started. */
  close(): void;
}

/** The signer holds two keys and a tree's edge: the smallest heap does. */
const FLAGS = ['--max-old-space-size=32', '--max-semi-space-size=1'];

/** The longest that a signer whose daemon has let go of it may take to end. */
const END_WITHIN = 2_000;

/**
 * Starts the signer as a child, once for each connection: it ends when the connection does, and
 * nobody else can reach it.
 *
 * @param folder - its keys and state
 */
export function childReach(folder: string): SignerReach {
  let child: ChildProcess | undefined;
  return {
    mode: 'child',
    get pid() {
      return child?.exitCode === null && child.signalCode === null ? child.pid : undefined;
    },
    isolated: () => false,
    open() {
      const launcher = join(packageRoot(), 'bin', 'waterwall.js');
      const started = spawn(process.execPath, [...FLAGS, launcher, 'signer', '--child'], {
        // Nothing of ours: no NODE_OPTIONS, no proxy, no home.
        env: { PATH: process.env['PATH'], STATE_DIRECTORY: folder },
        cwd: '/',
        stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
      });
      child = started;
      const connection = started.stdio[INHERITED_FD] as Duplex;
      started.once('error', () => connection.destroy());
      started.once('exit', () => connection.destroy());
      const kill = (): void => void started.kill('SIGKILL');
      connection.once('close', () => setTimeout(kill, END_WITHIN).unref());
      // Whatever keeps it from ending by itself, also where this process has no time left to wait.
      process.once('exit', kill);
      started.once('exit', () => process.off('exit', kill));
      return connection;
    },
    close: () => void child?.stdio[INHERITED_FD]?.destroy(),
  };
}

/** Connects to a signer that runs on its own. */
export function serviceReach(socketPath: string): SignerReach {
  let connection: Duplex | undefined;
  return {
    mode: 'service',
    pid: undefined,
    isolated: () => belongsToAnother(socketPath),
    open() {
      connection = connect(socketPath);
      return connection;
    },
    close: () => void connection?.destroy(),
  };
}

/** Root can be everybody; another user's socket was made by that user, or by root. */
function belongsToAnother(path: string): boolean {
  const uid = process.getuid?.();
  if (uid === undefined || uid === 0) return false;
  return statSync(path, { throwIfNoEntry: false })?.uid !== uid;
}

import { chmodSync, rmSync } from 'node:fs';
import { createServer, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WaterwallError } from '../../errors.ts';
import { type LogLock, lockLog } from '../lock.ts';
import { type Answers, createAnswers } from './answers.ts';
import { openKeyRing } from './key-ring.ts';
import { readSignerKeys, signerFiles } from './keys.ts';
import { onMessage, sendMessage } from './message-lines.ts';
import { openStateFile, type StateFile } from './state-file.ts';

/** The descriptor a signer that was started by the daemon talks over. */
export const INHERITED_FD = 3;

/** The signer at work. */
export interface SignerService {
  readonly origin: string;
  /** Settles when it has ended. */
  readonly ended: Promise<void>;
  close(): void;
}

/**
 * Serves the daemon that started this process, over the socket it handed down, until that is
 * closed: a daemon that is gone leaves no signer. A signer that cannot work says why there.
 */
export async function serveParent(folder: string): Promise<void> {
  const connection = new Socket({ fd: INHERITED_FD, readable: true, writable: true });
  connection.on('error', () => connection.destroy());
  const closed = new Promise<void>((resolve) => connection.once('close', () => resolve()));
  let signer: OpenSigner | undefined;
  try {
    signer = await openSigner(folder);
    serve(connection, signer.answers);
  } catch (error) {
    sendMessage(connection, { ok: false, ...explained(error) });
    connection.end();
  }
  await closed;
  // Held until here: a lock whose file nobody refers to is closed by the garbage collector.
  await signer?.lock.release();
}

/**
 * Serves whoever may connect to a Unix socket: the file's group.
 *
 * @param onNote - told of the checkpoints that are kept, and of one a minute whoever keeps it
 * @throws WaterwallError `file-missing`, `file-exposed`, `config-invalid`, `chain-damaged`,
 *   `already-running`, `io-error`
 */
export async function serveSocket(
  folder: string,
  path: string,
  onNote: (note: string) => void,
): Promise<SignerService> {
  const { answers, origin, state, lock } = await openSigner(folder);
  const told = sometimes(onNote);
  const connections = new Set<Socket>();
  const server = createServer((connection) => {
    connections.add(connection);
    connection.once('close', () => connections.delete(connection));
    connection.on('error', () => connection.destroy());
    serve(connection, answers, told);
  });
  // The lock says that no other signer of this folder is alive: what has the name is a leftover.
  rmSync(path, { force: true });
  const ended = new Promise<void>((resolve) => server.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(cannotListen(path, cause)));
    server.listen(path, resolve);
  });
  chmodSync(path, 0o660);
  return {
    origin,
    ended,
    close() {
      server.close();
      // A daemon stays connected for as long as it runs; whatever it was answered is on the disk.
      for (const connection of connections) connection.destroy();
      state.close();
      void lock.release();
    },
  };
}

interface OpenSigner {
  readonly answers: Answers;
  readonly origin: string;
  readonly state: StateFile;
  readonly lock: LogLock;
}

async function openSigner(folder: string): Promise<OpenSigner> {
  const origin = readSignerKeys(folder).log.name;
  const lock = await lockLog(folder);
  let state: StateFile | undefined;
  try {
    state = openStateFile(signerFiles(folder).state, origin);
    const keys = openKeyRing(folder, state.epoch.key);
    return { answers: createAnswers(keys, state), origin, state, lock };
  } catch (error) {
    state?.close();
    await lock.release();
    throw error;
  }
}

function serve(connection: Duplex, answers: Answers, told?: NoteListener): void {
  sendMessage(connection, answers.head());
  onMessage(connection, (request) => {
    // A state that could not be saved ends the process: `answer` throws, and nobody catches.
    const answer = answers.answer(request);
    const { op, keep } = (request ?? {}) as Record<string, unknown>;
    // The end of an epoch is always kept.
    if ('note' in answer) told?.(answer.note as string, keep === 1 || op === 'close_epoch');
    sendMessage(connection, answer);
  });
}

type NoteListener = (note: string, keep: boolean) => void;

/** How often a note is told that the daemon does not keep: one that hides some must not hide all. */
const TELL_EVERY = 60_000;

function sometimes(onNote: (note: string) => void): NoteListener {
  let next = 0;
  return (note, keep) => {
    const now = performance.now();
    if (!keep && now < next) return;
    next = now + TELL_EVERY;
    onNote(note);
  };
}

function explained(error: unknown): { code: string; message: string; fix?: string } {
  if (error instanceof WaterwallError) {
    return { code: error.code, message: error.message, fix: error.fix };
  }
  return { code: 'io-error', message: error instanceof Error ? error.message : String(error) };
}

function cannotListen(path: string, cause: Error): WaterwallError<'io-error'> {
  return new WaterwallError('io-error', `the signer cannot listen on ${path}: ${cause.message}`, {
    fix: "make the socket's folder, writable for the signer's user, or name another with --socket",
    cause,
  });
}

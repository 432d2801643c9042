/** Runs a program as if it had been started directly: same terminal, same signals, same end. */

import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { WaterwallError } from '../errors.ts';

/** Signals that somebody sends to us and means for the program. */
const FORWARDED: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGCONT'];

/**
 * Signals that a terminal's keys send to the whole foreground group: the program has got them
 * already, and a second one means "force" to many.
 */
const FROM_KEYS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];

/**
 * @param onTerminal - whether a terminal stands behind us
 * @returns the program's exit status, or 128 and the number of the signal that ended it
 * @throws WaterwallError `io-error` where it cannot be started
 */
export function launch(
  command: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
  onTerminal: boolean,
): Promise<number> {
  const [program, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit', env });
    const forward = (signal: NodeJS.Signals): void => {
      if (onTerminal && FROM_KEYS.includes(signal)) return;
      child.kill(signal);
    };
    const signals = [...FORWARDED, ...FROM_KEYS];
    for (const signal of signals) process.on(signal, forward);
    const settle = (): void => {
      for (const signal of signals) process.off(signal, forward);
    };
    child.once('error', (error: NodeJS.ErrnoException) => {
      settle();
      reject(startFailure(program, error));
    });
    child.once('exit', (code, signal) => {
      settle();
      resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']);
    });
  });
}

function startFailure(program: string, error: NodeJS.ErrnoException): WaterwallError {
  const missing = error.code === 'ENOENT';
  return new WaterwallError(
    'io-error',
    missing ? `${program}: no such program` : `${program} cannot be started: ${error.code}`,
    {
      fix: missing ? 'install it, or give its path' : 'look at its path and its permissions',
      cause: error,
    },
  );
}

/** Starts the daemon as a process of its own, which outlives this one. */

import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Homes } from '../config/types.ts';
import { WaterwallError } from '../errors.ts';
import { askGate, type Gate } from './health-gate.ts';

/** Minting leaf certificates and recovering a long log take their time. */
const PATIENCE = 30_000;
const LOOK_EVERY = 50;

export interface Detached {
  readonly pid: number;
  /** Where it writes what it would have printed. */
  readonly log: string;
  /** How it is: running, but it need not be open. */
  readonly gate: Gate;
}

/**
 * @param command - the program and its arguments that run the daemon in the foreground
 * @throws WaterwallError `not-running` where it ended before it answered, or does not answer
 */
export async function startDetached(
  homes: Homes,
  command: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
): Promise<Detached> {
  const log = join(homes.log, 'daemon.log');
  const output = openSync(log, 'a', 0o600);
  const begin = statSync(log).size;
  const [program, ...args] = command;
  const child = spawn(program, args, {
    detached: true,
    stdio: ['ignore', output, output],
    env: daemonEnvironment(env),
    cwd: homes.log,
  });
  closeSync(output);
  let failure: string | undefined;
  child.once('error', (error) => {
    failure = error.message;
  });
  child.once('exit', (code, signal) => {
    failure = `it ended with ${signal ?? `status ${code}`}`;
  });
  const gate = await answering(homes, () => failure);
  child.removeAllListeners('exit');
  child.unref();
  if (gate !== undefined) return { pid: child.pid ?? 0, log, gate };
  throw new WaterwallError(
    'not-running',
    [`the proxy did not start: ${failure ?? 'it does not answer'}`, ...lastWords(log, begin)].join(
      '\n  | ',
    ),
    { fix: `mend what it says, or look at ${log}`, details: { log } },
  );
}

/** NODE_OPTIONS could open a debugger in, or load code into, the process that holds the keys. */
function daemonEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...clean } = env;
  const home = clean['WATERWALL_HOME'];
  return home ? { ...clean, WATERWALL_HOME: resolve(home) } : clean;
}

async function answering(homes: Homes, failed: () => unknown): Promise<Gate | undefined> {
  const until = performance.now() + PATIENCE;
  while (failed() === undefined && performance.now() < until) {
    const gate = await askGate(homes, 2000);
    // Until the signer is there it is not known whether the log is the one that was signed.
    const isSettled = gate.open ? gate.health.signer_key_readable : gate.code !== 'not-running';
    if (isSettled) return gate;
    await sleep(LOOK_EVERY);
  }
  return undefined;
}

/** What it wrote since it was started, at most the end of it. */
function lastWords(log: string, begin: number): readonly string[] {
  const text = readFileSync(log).subarray(begin).toString('utf8').trim();
  return text === '' ? [] : text.split('\n').slice(-10);
}

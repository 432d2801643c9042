import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import net from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AdminAnswer, askAdmin } from './admin.ts';
import { type ChainLine, readChain } from './chain.ts';
import { type Answer, type Ask, ask } from './client.ts';
import { type HomeOptions, portOf, writeConfig } from './home-config.ts';
import { copyHome, environment, LAUNCHER } from './home-template.ts';
import type { ProxyAddress } from './tunnel.ts';

/** How a daemon is started. */
export interface DaemonOptions extends HomeOptions {
  /** A home that was used before; it is taken as it is, and kept. */
  readonly home?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A command that starts the one it is given, such as `prlimit --nofile=64`. */
  readonly wrap?: readonly string[];
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running daemon: the real program in a home of its own. */
export interface Daemon extends ProxyAddress {
  readonly home: string;
  readonly pid: number;
  /** Everything it wrote so far. */
  readonly output: () => string;
  readonly running: () => boolean;
  readonly exit: Promise<Exit>;
  readonly admin: (method: string, path: string, body?: object) => Promise<AdminAnswer>;
  readonly ask: (what: Ask) => Promise<Answer>;
  /** Every line of the chain that is on the disk. */
  readonly chain: () => Promise<readonly ChainLine[]>;
  /** Waits for lines that fit; they may be written just after what they tell of. */
  readonly waitForLine: (fits: (line: ChainLine) => boolean) => Promise<ChainLine>;
  /** Ends it by a signal; `SIGKILL` leaves it no time for anything. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<Exit>;
  /** Stops it, whatever state it is in, and removes its home. */
  readonly dispose: () => Promise<void>;
}

const READY_WITHIN = 15_000;

// A test run that ends before its tests do must leave no daemon behind.
const started = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of started) endGroup(child);
});

/** Starts `waterwall up` and waits until it serves. */
export async function startDaemon(options: DaemonOptions = {}): Promise<Daemon> {
  const home = options.home ?? (await copyHome());
  const port = options.home === undefined ? await writeConfig(home, options) : await portOf(home);
  const command = [...(options.wrap ?? []), process.execPath, LAUNCHER, 'up'];
  const child = spawn(command[0] as string, command.slice(1), {
    env: { ...environment(home), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that what it started can be ended with it.
    detached: true,
  });
  started.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const exit = once(child, 'exit').then(([code, signal]) => ({ code, signal }) as Exit);
  const admin = (method: string, path: string, body?: object): Promise<AdminAnswer> =>
    askAdmin(join(home, 'run', 'admin.sock'), method, path, body);
  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> => {
    if (running()) process.kill(child.pid as number, signal);
    return exit;
  };
  const dispose = async (): Promise<void> => {
    endGroup(child);
    await exit;
    started.delete(child);
    await rm(home, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    await ready(port, admin, running);
  } catch (error) {
    endGroup(child);
    throw new Error(`the daemon did not start: ${output}`, { cause: error });
  }
  const address = { port, ca: await readFile(join(home, 'etc', 'ca.pem'), 'utf8') };
  return {
    ...address,
    home,
    pid: child.pid as number,
    output: () => output,
    running,
    exit,
    admin,
    ask: (what) => ask(address, what),
    chain: () => readChain(home),
    waitForLine: async (fits) => {
      for (let waited = 0; waited < 5000; waited += 25) {
        const line = (await readChain(home)).find(fits);
        if (line !== undefined) return line;
        await sleep(25);
      }
      throw new Error('no such line came');
    },
    stop,
    dispose,
  };
}

/** Ready is: the admin channel answers and the port takes connections. */
async function ready(
  port: number,
  admin: (method: string, path: string) => Promise<AdminAnswer>,
  running: () => boolean,
): Promise<void> {
  const until = Date.now() + READY_WITHIN;
  for (;;) {
    try {
      await admin('GET', '/healthz');
      const socket = net.connect(port, '127.0.0.1');
      await once(socket, 'connect');
      socket.destroy();
      return;
    } catch (error) {
      if (!running() || Date.now() > until) throw error;
    }
    await sleep(25);
  }
}

function endGroup(child: ChildProcess): void {
  try {
    process.kill(-(child.pid as number), 'SIGKILL');
  } catch {}
}

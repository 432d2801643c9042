import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { WaterwallError } from '../errors.ts';

/** A file that notes are appended to, or a command that gets each on its standard input. */
export type AnchorTarget = string | readonly [string, ...string[]];

/** Puts kept checkpoints where the daemon cannot take them back. */
export interface Anchor {
  /** Whether the last note that was put got there; undefined before the first. */
  readonly holds: boolean | undefined;
  /** Settles nothing: the log does not wait for it. */
  put(note: string): void;
  /** Waits until what was put last has got there, or has not. */
  settled(): Promise<void>;
}

/** A command that takes longer is ended, and has failed. */
const PATIENCE = 30_000;

/** Who is told how an anchor is. */
export interface AnchorWatch {
  /** Told of every note that did not get there. */
  onFault(error: WaterwallError<'io-error'>): void;
  /** Told of every one that did. */
  onHolds?(): void;
}

export function openAnchor(target: AnchorTarget, watch: AnchorWatch): Anchor {
  const isFile = typeof target === 'string';
  return startAnchor(
    (note) => (isFile ? append(target, note) : hand(target, note)),
    isFile ? target : target[0],
    watch,
  );
}

/**
 * An anchor that takes notes one after the other, and of those that wait only the latest.
 *
 * @param deliver - brings one there, or fails
 * @param where - what messages call it
 */
export function startAnchor(
  deliver: (note: string) => Promise<void>,
  where: string,
  { onFault, onHolds }: AnchorWatch,
): Anchor {
  let holds: boolean | undefined;
  // A later checkpoint includes the earlier ones: only the latest that waits counts.
  let waiting: string | undefined;
  let work: Promise<void> | undefined;

  async function run(): Promise<void> {
    for (let note = waiting; note !== undefined; note = waiting) {
      waiting = undefined;
      try {
        await deliver(note);
        holds = true;
        onHolds?.();
      } catch (error) {
        holds = false;
        onFault(failed(where, error));
      }
    }
    work = undefined;
  }

  return {
    get holds() {
      return holds;
    },
    put(note) {
      waiting = note;
      work ??= run();
    },
    async settled() {
      await work;
    },
  };
}

/** Followed by an empty line, as notes stand in the log folder's own files. */
async function append(path: string, note: string): Promise<void> {
  const file = await open(path, 'a', 0o600);
  try {
    await file.appendFile(`${note}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** No shell, and nothing of our environment but where programs and the user's keys are. */
function hand([program, ...args]: readonly [string, ...string[]], note: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const { PATH, HOME } = process.env;
    const child = spawn(program, args, {
      env: { PATH, HOME },
      stdio: ['pipe', 'ignore', 'ignore'],
      timeout: PATIENCE,
      killSignal: 'SIGKILL',
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`it ended with ${signal ?? `status ${code}`}`));
    });
    // One that does not read is judged by its exit status.
    child.stdin.on('error', () => {});
    child.stdin.end(note);
  });
}

function failed(where: string, cause: unknown): WaterwallError<'io-error'> {
  return new WaterwallError(
    'io-error',
    `a checkpoint was not anchored (${where}): ${reasonOf(cause)}`,
    {
      fix: 'see that what `audit.anchor` names takes it; the next checkpoint is tried again',
      cause,
    },
  );
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Batch } from './batch.ts';

/** Where batches of lines are parsed. */
export interface BatchThreads {
  /** How many there should be under way. */
  readonly width: number;
  /** Parses lines in memory of their own, which is given away. Undefined where anything is wrong. */
  parse(bytes: Buffer): Promise<Batch | undefined>;
  close(): Promise<void>;
}

const WORKER = new URL('./batch-worker.js', import.meta.url);

/** More would wait for the one that puts their results together. */
const MOST = 4;

/** Starts threads that parse lines; none where there is one processor, or the program is not built. */
export function startBatchThreads(): BatchThreads | undefined {
  const count = Math.min(availableParallelism(), MOST);
  if (count < 2 || !existsSync(fileURLToPath(WORKER))) return undefined;
  const threads = Array.from({ length: count }, startThread);
  let turn = 0;
  return {
    width: 2 * count,
    parse: (bytes) => (threads[turn++ % count] as Thread).parse(bytes),
    async close() {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

interface Thread {
  parse(bytes: Buffer): Promise<Batch | undefined>;
  close(): Promise<unknown>;
}

function startThread(): Thread {
  const worker = new Worker(WORKER, { env: {}, execArgv: [] });
  const waiting: ((batch: Batch | undefined) => void)[] = [];
  let gone = false;
  worker.on('message', (batch: Batch | undefined) => waiting.shift()?.(batch));
  // Whoever waits for a thread that is gone does the work himself.
  const leave = (): void => {
    gone = true;
    for (const settle of waiting.splice(0)) settle(undefined);
  };
  worker.on('error', leave).on('exit', leave);
  return {
    parse(bytes) {
      if (gone) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        waiting.push(resolve);
        worker.postMessage(bytes, [bytes.buffer as ArrayBuffer]);
      });
    },
    close: () => worker.terminate(),
  };
}

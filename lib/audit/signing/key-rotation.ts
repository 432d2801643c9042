import { open } from 'node:fs/promises';
import type { GrowingEpochs } from '../key-epochs.ts';
import { parseLine } from '../parse.ts';
import { segmentAt } from '../segment.ts';
import { readFirstLine } from '../tail.ts';
import type { AuditLog } from '../types.ts';

/** Announces the next key when the time of the one that signs is over. */
export interface KeyRotation {
  /** Lines were signed. */
  signed(): void;
  /** Nothing begins any more. */
  stop(): void;
}

export interface KeyRotationDeps {
  readonly chainFolder: string;
  /** Milliseconds for which a key signs; undefined: for good. */
  readonly every: number | undefined;
  readonly epochs: GrowingEpochs;
  /** Whether a line that announces a key waits to be signed. */
  isAnnounced(): boolean;
  /** @returns the vkey that the signer has made */
  nextKey(): Promise<string>;
  readonly append: AuditLog['append'];
  now(): Date;
  /** The monotonic clock, milliseconds. */
  ticks(): number;
  onFault(error: unknown): void;
}

/** A signer that makes no key is asked again after this time; it signs meanwhile. */
const RETRY = 60_000;

export function createKeyRotation(deps: KeyRotationDeps): KeyRotation {
  const { chainFolder, every, epochs, append, now, ticks, onFault } = deps;
  /** How many epochs there were when the last one was announced. */
  let announcedAfter: number | undefined;
  let notBefore = Number.NEGATIVE_INFINITY;
  let firstTime: Promise<number> | undefined;
  let stopped = false;

  async function begun(): Promise<number> {
    const last = epochs.found.at(-1);
    if (last !== undefined) return Date.parse(last.line.ts);
    firstTime ??= timeOfFirst(chainFolder);
    return firstTime;
  }

  async function look(after: number): Promise<void> {
    // A clock that was put back shall not keep a key for as long.
    const isOver = Math.abs(now().getTime() - (await begun())) >= (every ?? Infinity);
    if (!isOver || deps.isAnnounced() || epochs.found.length !== after) return;
    const vkey = await deps.nextKey();
    if (stopped) return;
    announcedAfter = after;
    await append('key', { epoch: after + 1, vkey });
  }

  let looking = false;
  return {
    signed() {
      const after = epochs.found.length;
      if (every === undefined || stopped || looking || announcedAfter === after) return;
      if (ticks() < notBefore) return;
      looking = true;
      look(after)
        .catch((error: unknown) => {
          notBefore = ticks() + RETRY;
          if (!stopped) onFault(error);
        })
        .finally(() => {
          looking = false;
        });
    },
    stop() {
      stopped = true;
    },
  };
}

/** When the log's first key began to sign; long ago where its line is not there any more. */
async function timeOfFirst(chainFolder: string): Promise<number> {
  const file = await open(segmentAt(chainFolder, 0).path, 'r').catch(() => undefined);
  try {
    const bytes = file && (await readFirstLine(file));
    const line = bytes && parseLine(bytes, { seq: 0 });
    return line === undefined || 'fault' in line ? 0 : Date.parse(line.ts);
  } finally {
    await file?.close();
  }
}

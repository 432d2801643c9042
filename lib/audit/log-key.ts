import type { VerifierKey } from './vkey.ts';

/** A key that took over from the one before it. */
export interface KeyEpoch {
  /** The first size of the log for which it signs. */
  readonly from: number;
  readonly key: VerifierKey;
}

/** A log's first key, the one that outsiders trust, with those that took over from it. */
export interface LogKey extends VerifierKey {
  /** In their order. */
  readonly epochs?: readonly KeyEpoch[];
}

/** The only key whose signature counts under a checkpoint of this size. */
export function keyFor(log: LogKey, size: number): VerifierKey {
  return latestUpTo(log, size)?.key ?? log;
}

/** The key that signs now. */
export function currentKey(log: LogKey): VerifierKey {
  return log.epochs?.at(-1)?.key ?? log;
}

function latestUpTo({ epochs = [] }: LogKey, size: number): KeyEpoch | undefined {
  return epochs.findLast(({ from }) => from <= size);
}

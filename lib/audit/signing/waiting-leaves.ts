import type { LineHash } from '../leaf.ts';

/** The hashes of the latest durable lines, as far as the signer has not confirmed them. */
export interface WaitingLeaves {
  /** The place of the first one in the log. */
  readonly from: number;
  readonly count: number;
  /** When the line that waits longest became durable; undefined where none waits. */
  readonly since: number | undefined;
  add(leaf: LineHash, now: number): void;
  /** The line before `size`, and those from there on; undefined where they are not known here. */
  after(size: number): KnownLeaves | undefined;
  /** The signer has signed the log up to this size. `sentAt`: what came later waits since then. */
  drop(size: number, sentAt: number): void;
  /** Begins further back, with lines that were read from the disk and meet the first one here. */
  prepend(leaves: readonly LineHash[], anchor: LineHash): void;
}

/** A part of the log by its hashes. */
export interface KnownLeaves {
  /** The hash of the line before them. */
  readonly anchor: LineHash;
  readonly leaves: readonly LineHash[];
}

/** Beyond this they are read back from the disk when the signer is there again. */
const MAX_WAITING = 65_536;

/** @param anchor - the hash of the line before `from` */
export function createWaitingLeaves(from: number, anchor: LineHash): WaitingLeaves {
  let start = from;
  let before = anchor;
  let leaves: LineHash[] = [];
  let since: number | undefined;

  function forget(count: number): void {
    before = leaves[count - 1] ?? before;
    leaves = leaves.slice(count);
    start += count;
  }

  return {
    get from() {
      return start;
    },
    get count() {
      return leaves.length;
    },
    get since() {
      return since;
    },
    add(leaf, now) {
      since ??= now;
      leaves.push(leaf);
      if (leaves.length > MAX_WAITING) forget(leaves.length);
    },
    after(size) {
      const at = size - start;
      if (at < 0 || at > leaves.length) return undefined;
      return { anchor: leaves[at - 1] ?? before, leaves: leaves.slice(at) };
    },
    drop(size, sentAt) {
      // Forgotten meanwhile: what comes after it is read back.
      if (size < start) return;
      forget(size - start);
      since = leaves.length === 0 ? undefined : sentAt;
    },
    prepend(earlier, hash) {
      leaves = [...earlier, ...leaves];
      start -= earlier.length;
      before = hash;
    },
  };
}

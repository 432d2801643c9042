import type { RefusalCode, WaterwallError } from '../errors.ts';

/** Why something is cut. */
export type CutReason = WaterwallError<RefusalCode>;

type Cut = (reason: CutReason) => void;

/** What is under way and must end when egress stops. */
export interface Live {
  readonly size: number;
  /**
   * Enters something that can be cut.
   *
   * @param retire - ends it as soon as nothing is under way in it, where it would not end by itself
   * @returns the call that takes it out again
   */
  enter(cut: Cut, retire?: () => void): () => void;
  /** Cuts everything that is under way. */
  cutAll(reason: CutReason): void;
  /** Lets everything end that would go on without anything to do. */
  retireAll(): void;
  /** Settles when nothing is under way. */
  idle(): Promise<void>;
}

interface Entry {
  readonly cut: Cut;
  readonly retire: () => void;
}

/**
 * @param onBusy - called when the first enters; what it returns is called when the last leaves
 */
export function createLive(onBusy: () => () => void): Live {
  const entries = new Set<Entry>();
  let onIdle: (() => void) | undefined;
  let waiting: (() => void)[] = [];

  const leave = (entry: Entry): void => {
    if (!entries.delete(entry) || entries.size > 0) return;
    onIdle?.();
    for (const wake of waiting) wake();
    waiting = [];
  };
  return {
    get size() {
      return entries.size;
    },
    enter(cut, retire = () => {}) {
      const entry = { cut, retire };
      entries.add(entry);
      if (entries.size === 1) onIdle = onBusy();
      return () => leave(entry);
    },
    cutAll(reason) {
      for (const { cut } of [...entries]) cut(reason);
    },
    retireAll() {
      for (const { retire } of [...entries]) retire();
    },
    idle() {
      return entries.size === 0
        ? Promise.resolve()
        : new Promise((resolve) => waiting.push(resolve));
    },
  };
}

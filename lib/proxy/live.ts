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
   * @returns the call that takes it out again
   */
  enter(cut: Cut): () => void;
  /** Cuts everything that is under way. */
  cutAll(reason: CutReason): void;
  /** Settles when nothing is under way. */
  idle(): Promise<void>;
}

/**
 * @param onBusy - called when the first enters; what it returns is called when the last leaves
 */
export function createLive(onBusy: () => () => void): Live {
  const entries = new Set<{ readonly cut: Cut }>();
  let onIdle: (() => void) | undefined;
  let waiting: (() => void)[] = [];

  const leave = (entry: { readonly cut: Cut }): void => {
    if (!entries.delete(entry) || entries.size > 0) return;
    onIdle?.();
    for (const wake of waiting) wake();
    waiting = [];
  };
  return {
    get size() {
      return entries.size;
    },
    enter(cut) {
      const entry = { cut };
      entries.add(entry);
      if (entries.size === 1) onIdle = onBusy();
      return () => leave(entry);
    },
    cutAll(reason) {
      for (const { cut } of [...entries]) cut(reason);
    },
    idle() {
      return entries.size === 0
        ? Promise.resolve()
        : new Promise((resolve) => waiting.push(resolve));
    },
  };
}

/** Those who wait for something to be so. */
export interface Waiters {
  readonly count: number;
  /** Something may have changed that somebody waits for. */
  look(): void;
  /** Settles when it is so, or that many milliseconds are over. */
  until(isSo: () => boolean, within: number): Promise<void>;
}

/** Nobody waits yet. */
export function createWaiters(): Waiters {
  const looks = new Set<() => void>();
  return {
    get count() {
      return looks.size;
    },
    look() {
      for (const look of looks) look();
    },
    until(isSo, within) {
      return new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(limit);
          looks.delete(look);
          resolve();
        };
        const look = (): void => {
          if (isSo()) done();
        };
        const limit = setTimeout(done, Math.max(0, within));
        looks.add(look);
        look();
      });
    },
  };
}

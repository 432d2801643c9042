/** Takes back what a start has done so far. */
export interface Undo {
  /** Adds a step; the last one added is taken first. */
  readonly add: (step: () => Promise<void> | void) => void;
  readonly run: () => Promise<void>;
}

export function createUndo(): Undo {
  const steps: (() => Promise<void> | void)[] = [];
  return {
    add: (step) => void steps.push(step),
    async run() {
      for (const step of steps.reverse()) await step();
    },
  };
}

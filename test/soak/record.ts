import { writeFileSync } from 'node:fs';
import os from 'node:os';
import type { FleetReport, Usage } from './fleet.ts';
import type { LoopDelay } from './loop-delay.ts';

/** What a soak found, as `bench/soak.json` keeps it. */
export interface SoakFigures {
  readonly agents: number;
  readonly seconds: number;
  readonly requests: number;
  readonly errors: number;
  readonly leaks: number;
  /** MiB: medians of the second tenth and of the last one, and the most there was. */
  readonly memory: Range;
  /** File descriptors, likewise. */
  readonly descriptors: Range;
  /** Milliseconds; medians over the windows in which both took turns. */
  readonly loopDelay: { readonly relay: LoopDelay; readonly waterwall: LoopDelay };
}

interface Range {
  readonly early: number;
  readonly late: number;
  readonly most: number;
}

export function figuresOf(
  load: { readonly agents: number; readonly seconds: number },
  { exchanges, failures, leaks, samples }: FleetReport,
  delays: { readonly relay: readonly LoopDelay[]; readonly waterwall: readonly LoopDelay[] },
): SoakFigures {
  return {
    ...load,
    requests: exchanges,
    errors: failures.length,
    leaks,
    memory: rangeOf(samples, ({ memory }) => memory),
    descriptors: rangeOf(samples, ({ descriptors }) => descriptors),
    loopDelay: { relay: typical(delays.relay), waterwall: typical(delays.waterwall) },
  };
}

/** Writes the figures where `npm run bench -- --readme` and the README's reader find them. */
export function recordSoak(figures: SoakFigures): void {
  const cpu = os.cpus()[0]?.model.trim();
  const machine = `${os.cpus().length} cores ${cpu}, Node ${process.version}, ${os.platform()}`;
  const record = { date: new Date().toISOString(), machine, ...figures };
  const file = new URL('../../bench/soak.json', import.meta.url);
  writeFileSync(file, `${JSON.stringify(record, null, 2)}\n`);
}

/** What starts up does not count: the first tenth is left out. */
function rangeOf(samples: readonly Usage[], of: (usage: Usage) => number): Range {
  const values = samples.map(of);
  const tenth = Math.ceil(values.length / 10);
  return {
    early: median(values.slice(tenth, 2 * tenth)),
    late: median(values.slice(-tenth)),
    most: Math.round(Math.max(...values)),
  };
}

function typical(delays: readonly LoopDelay[]): LoopDelay {
  const of = (name: keyof LoopDelay): number =>
    median(
      delays.map((delay) => delay[name]),
      2,
    );
  return { p50: of('p50'), p99: of('p99'), max: of('max') };
}

function median(values: readonly number[], digits = 0): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Number((sorted[sorted.length >> 1] ?? 0).toFixed(digits));
}

import { countTypes } from './type-counts.ts';

/** An exchange that has ended, as far as it is counted. */
export interface TalliedExchange {
  readonly host: string;
  readonly outcome: string;
  readonly redactions: readonly { readonly type: string }[];
  /** Milliseconds. */
  readonly addedLatency: number | undefined;
}

/** Latencies in cumulative buckets, in seconds, as Prometheus wants them. */
export interface LatencyTally {
  /** One a bound of {@link LATENCY_BOUNDS}: how many took at most that long. */
  readonly buckets: readonly number[];
  readonly sum: number;
  readonly count: number;
}

/** What has been counted since the start. */
export interface TallyReading {
  readonly requests: readonly {
    readonly host: string;
    readonly outcome: string;
    readonly count: number;
  }[];
  readonly latency: readonly (LatencyTally & { readonly host: string })[];
  readonly redactions: readonly { readonly type: string; readonly count: number }[];
  readonly reloads: { readonly ok: number; readonly refused: number };
}

/**
 * Counts since the start, by label. Kept apart from the library that writes them out, which is
 * loaded when somebody asks for the first time: most daemons are never asked.
 */
export interface Tally {
  ended(exchange: TalliedExchange): void;
  reloaded(ok: boolean): void;
  read(): TallyReading;
}

/** From what a small request takes to what a slow disk makes of a large one; in seconds. */
export const LATENCY_BOUNDS: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
];

/** Values of one label; a series more costs whoever stores them. */
const MOST_VALUES = 300;
const OTHER = 'other';

export function createTally(): Tally {
  const requests = new Map<string, Map<string, number>>();
  const latency = new Map<string, { buckets: number[]; sum: number; count: number }>();
  const redactions = new Map<string, number>();
  const reloads = { ok: 0, refused: 0 };

  const countLatency = (host: string, seconds: number): void => {
    const known = latency.get(host);
    const row = known ?? { buckets: LATENCY_BOUNDS.map(() => 0), sum: 0, count: 0 };
    if (known === undefined) latency.set(host, row);
    LATENCY_BOUNDS.forEach((bound, index) => {
      if (seconds <= bound) row.buckets[index] = (row.buckets[index] ?? 0) + 1;
    });
    row.sum += seconds;
    row.count++;
  };

  return {
    ended(exchange) {
      const host = bounded(requests, exchange.host);
      const outcomes = requests.get(host) ?? new Map<string, number>();
      requests.set(host, outcomes);
      outcomes.set(exchange.outcome, (outcomes.get(exchange.outcome) ?? 0) + 1);
      for (const { type, count } of countTypes(exchange.redactions)) {
        const name = bounded(redactions, type);
        redactions.set(name, (redactions.get(name) ?? 0) + count);
      }
      if (exchange.addedLatency !== undefined) countLatency(host, exchange.addedLatency / 1000);
    },
    reloaded(ok) {
      reloads[ok ? 'ok' : 'refused']++;
    },
    read: () => ({
      requests: [...requests].flatMap(([host, outcomes]) =>
        [...outcomes].map(([outcome, count]) => ({ host, outcome, count })),
      ),
      latency: [...latency].map(([host, row]) => ({ host, ...row, buckets: [...row.buckets] })),
      redactions: [...redactions].map(([type, count]) => ({ type, count })),
      reloads: { ...reloads },
    }),
  };
}

function bounded(rows: ReadonlyMap<string, unknown>, key: string): string {
  return rows.has(key) || rows.size < MOST_VALUES ? key : OTHER;
}

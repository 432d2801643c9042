import { addLatency, createLatencyBins, type Percentiles, percentilesOf } from './latency.ts';
import { createRolling } from './rolling.ts';
import { countsOf, type TypeCount } from './type-counts.ts';

/** What has happened in the last five minutes. */
export interface Counters {
  readonly window_seconds: number;
  readonly requests: number;
  readonly requests_per_minute: number;
  readonly redactions: number;
  readonly redactions_per_minute: number;
  readonly restored: number;
  readonly unknown_placeholders: number;
  readonly refusals: number;
  readonly added_latency_ms: Percentiles;
  /** Most frequent first. */
  readonly top_types: readonly TypeCount[];
  /** The same over time, oldest first. */
  readonly series: {
    readonly bucket_seconds: number;
    readonly requests: readonly number[];
    readonly redactions: readonly number[];
    readonly unknown_placeholders: readonly number[];
    readonly p50_ms: readonly (number | null)[];
    readonly p99_ms: readonly (number | null)[];
  };
}

/** What is counted. */
export type Counted = 'requests' | 'redactions' | 'restored' | 'unknown' | 'refusals';

/** The counters of the last five minutes; times in milliseconds. */
export interface RollingCounters {
  add(now: number, what: Counted, count: number): void;
  addTypes(now: number, types: readonly TypeCount[]): void;
  addLatency(now: number, milliseconds: number): void;
  snapshot(now: number): Counters;
}

const BUCKET_SECONDS = 5;
const BUCKETS = 60;
const TOP_TYPES = 20;

export function createCounters(): RollingCounters {
  const rolling = createRolling(BUCKETS, BUCKET_SECONDS * 1000, () => ({
    counts: { requests: 0, redactions: 0, restored: 0, unknown: 0, refusals: 0 },
    types: new Map<string, number>(),
    latency: createLatencyBins(),
  }));
  let firstAt: number | undefined;
  const bucket = (now: number) => {
    firstAt ??= now;
    return rolling.at(now);
  };

  return {
    add(now, what, count) {
      bucket(now).counts[what] += count;
    },
    addTypes(now, types) {
      const counts = bucket(now).types;
      for (const { type, count } of types) counts.set(type, (counts.get(type) ?? 0) + count);
    },
    addLatency(now, milliseconds) {
      addLatency(bucket(now).latency, milliseconds);
    },
    snapshot(now) {
      const buckets = rolling.window(now);
      const present = buckets.filter((each) => each !== undefined);
      const series = (what: Counted) => buckets.map((each) => each?.counts[what] ?? 0);
      const total = (what: Counted) => present.reduce((sum, { counts }) => sum + counts[what], 0);
      const perBucket = buckets.map((each) => percentilesOf(each ? [each.latency] : []));
      // A rate over five minutes of which only one has passed would be a fifth of the truth.
      const minutes = spanMinutes(now, firstAt);
      return {
        window_seconds: BUCKETS * BUCKET_SECONDS,
        requests: total('requests'),
        requests_per_minute: rate(total('requests'), minutes),
        redactions: total('redactions'),
        redactions_per_minute: rate(total('redactions'), minutes),
        restored: total('restored'),
        unknown_placeholders: total('unknown'),
        refusals: total('refusals'),
        added_latency_ms: percentilesOf(present.map(({ latency }) => latency)),
        top_types: countsOf(present.flatMap(({ types }) => [...types])).slice(0, TOP_TYPES),
        series: {
          bucket_seconds: BUCKET_SECONDS,
          requests: series('requests'),
          redactions: series('redactions'),
          unknown_placeholders: series('unknown'),
          p50_ms: perBucket.map(({ p50 }) => p50),
          p99_ms: perBucket.map(({ p99 }) => p99),
        },
      };
    },
  };
}

/** Between one minute, so that a first request is no storm, and the whole window. */
function spanMinutes(now: number, firstAt: number | undefined): number {
  const passed = (now - (firstAt ?? now)) / 60_000;
  return Math.min(Math.max(passed, 1), (BUCKETS * BUCKET_SECONDS) / 60);
}

function rate(count: number, minutes: number): number {
  return Number((count / minutes).toFixed(1));
}

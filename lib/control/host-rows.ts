import { createBoundedRows } from './bounded-rows.ts';
import {
  addLatency,
  createLatencyBins,
  type LatencyBins,
  type Percentiles,
  percentilesOf,
} from './latency.ts';
import { createRolling, type Rolling } from './rolling.ts';

/** What happened with one host since the start. */
export interface HostRow {
  readonly host: string;
  readonly in_flight: number;
  readonly requests: number;
  readonly redactions: number;
  readonly restored: number;
  readonly unknown_placeholders: number;
  readonly refusals: number;
  /** Exchanges that broke off, and answers of 500 and above. */
  readonly errors: number;
  /** Tunnels opened, piped through unread. */
  readonly tunnels: number;
  readonly tunnel_bytes: number;
  /** Of the last five minutes. */
  readonly added_latency_ms: Percentiles;
  readonly last_ts: string | null;
}

/** A row while it is being counted. */
export interface HostCount {
  readonly host: string;
  inFlight: number;
  requests: number;
  redactions: number;
  restored: number;
  unknown: number;
  refusals: number;
  errors: number;
  tunnels: number;
  tunnelBytes: number;
  lastAt: number | undefined;
  readonly latency: Rolling<LatencyBins>;
}

const KEPT = 200;
const MINUTE = 60_000;

export function createHostRows() {
  const rows = createBoundedRows<HostCount>(KEPT, (host) => ({
    host,
    inFlight: 0,
    requests: 0,
    redactions: 0,
    restored: 0,
    unknown: 0,
    refusals: 0,
    errors: 0,
    tunnels: 0,
    tunnelBytes: 0,
    lastAt: undefined,
    latency: createRolling(5, MINUTE, createLatencyBins),
  }));
  return {
    use(now: number, host: string): HostCount {
      const row = rows.use(host);
      row.lastAt = now;
      return row;
    },
    list: (now: number): readonly HostRow[] => rows.list().map((row) => hostRow(row, now)),
  };
}

/** Counts a latency for a host. */
export function addHostLatency(row: HostCount, now: number, milliseconds: number): void {
  addLatency(row.latency.at(now), milliseconds);
}

function hostRow(row: HostCount, now: number): HostRow {
  return {
    host: row.host,
    in_flight: row.inFlight,
    requests: row.requests,
    redactions: row.redactions,
    restored: row.restored,
    unknown_placeholders: row.unknown,
    refusals: row.refusals,
    errors: row.errors,
    tunnels: row.tunnels,
    tunnel_bytes: row.tunnelBytes,
    added_latency_ms: percentilesOf(row.latency.window(now).filter((bins) => bins !== undefined)),
    last_ts: row.lastAt === undefined ? null : new Date(row.lastAt).toISOString(),
  };
}

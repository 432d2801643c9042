import type { SigningFacts } from '../audit/signing/types.ts';
import type { Alarm } from './alarms.ts';
import type { Health, HealthProblem } from './health.ts';
import { KILL_SOURCES } from './kill-source.ts';
import type { Totals } from './state-types.ts';
import type { TallyReading } from './tally.ts';

/** What the metrics are made of; looked at anew for each scrape. */
export interface MetricsFacts {
  readonly health: Health;
  readonly totals: Totals;
  readonly tally: TallyReading;
  readonly alarms: readonly Alarm[];
  readonly store: { readonly size: number; readonly capacity: number; readonly bytes: number };
  /** Lines of the audit chain, and how many of them are signed. */
  readonly chain: { readonly length: number; readonly signed: number };
  readonly signer: Pick<SigningFacts, 'state' | 'waitingMs' | 'signatures' | 'restarts'>;
}

/** One time series of a metric, now. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric; its name is completed by `waterwall_`. */
export interface MetricRow {
  readonly kind: 'counter' | 'gauge';
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
  readonly samples: (facts: MetricsFacts) => readonly Sample[];
}

const PARTS: readonly HealthProblem['part'][] = ['chain', 'signer', 'policy', 'configuration'];

const one = (value: number | boolean): readonly Sample[] => [{ value: Number(value) }];

/** https://prometheus.io/docs/practices/naming: base units, `_total` for what only grows. */
export const METRICS: readonly MetricRow[] = [
  {
    kind: 'gauge',
    name: 'build_info',
    help: 'Always 1; says what runs.',
    labels: ['version', 'node'],
    samples: ({ health }) => [
      { labels: { version: health.version, node: process.version }, value: 1 },
    ],
  },
  {
    kind: 'counter',
    name: 'requests_total',
    help: 'Requests to opened hosts that have ended.',
    labels: ['host', 'outcome'],
    samples: ({ tally }) =>
      tally.requests.map(({ host, outcome, count }) => ({
        labels: { host, outcome: outcome.replaceAll('-', '_') },
        value: count,
      })),
  },
  {
    kind: 'gauge',
    name: 'requests_in_flight',
    help: 'Requests under way.',
    samples: ({ totals }) => one(totals.in_flight),
  },
  {
    kind: 'counter',
    name: 'redactions_total',
    help: 'Secrets replaced in requests.',
    labels: ['type'],
    samples: ({ tally }) =>
      tally.redactions.map(({ type, count }) => ({ labels: { type }, value: count })),
  },
  {
    kind: 'counter',
    name: 'restored_total',
    help: 'Placeholders restored in answers.',
    samples: ({ totals }) => one(totals.restored),
  },
  {
    kind: 'counter',
    name: 'unknown_placeholders_total',
    help: 'Placeholders in answers whose secret the conversation did not send.',
    samples: ({ totals }) => one(totals.unknown_placeholders),
  },
  {
    kind: 'counter',
    name: 'refusals_total',
    help: 'Requests and connections refused.',
    labels: ['code'],
    samples: ({ totals }) =>
      Object.entries(totals.refusals).map(([code, value]) => ({ labels: { code }, value })),
  },
  {
    kind: 'counter',
    name: 'tunnels_total',
    help: 'Connections piped through unopened.',
    samples: ({ totals }) => one(totals.tunnels),
  },
  {
    kind: 'gauge',
    name: 'tunnels_open',
    help: 'Connections being piped through unopened.',
    samples: ({ totals }) => one(totals.tunnels_open),
  },
  {
    kind: 'counter',
    name: 'tunnel_bytes_total',
    help: 'Bytes of closed tunnels, both ways.',
    samples: ({ totals }) => one(totals.tunnel_bytes),
  },
  {
    kind: 'gauge',
    name: 'killswitch_engaged',
    help: 'Whether a source of the kill switch holds; any of them stops all egress.',
    labels: ['source'],
    samples: ({ health }) =>
      KILL_SOURCES.map((source) => ({
        labels: { source },
        value: Number(health.killswitch_sources.includes(source)),
      })),
  },
  {
    kind: 'gauge',
    name: 'healthy',
    help: 'Whether a part is well; /healthz says why not.',
    labels: ['part'],
    samples: ({ health }) =>
      PARTS.map((part) => ({
        labels: { part },
        value: Number(health.problems.every((problem) => problem.part !== part)),
      })),
  },
  {
    kind: 'gauge',
    name: 'alarm_raised',
    help: 'Alarms that stand.',
    labels: ['code'],
    samples: ({ alarms }) => alarms.map(({ code }) => ({ labels: { code }, value: 1 })),
  },
  {
    kind: 'gauge',
    name: 'upstream_last_ok_timestamp_seconds',
    help: 'When a provider last answered; 0 until one has.',
    samples: ({ health }) =>
      one(health.last_upstream_ok_ts === null ? 0 : Date.parse(health.last_upstream_ok_ts) / 1000),
  },
  {
    kind: 'gauge',
    name: 'patterns_loaded',
    help: 'Types of secrets that are looked for.',
    samples: ({ health }) => one(health.patterns_loaded),
  },
  {
    kind: 'counter',
    name: 'policy_reloads_total',
    help: 'Reloads of policy and settings.',
    labels: ['result'],
    samples: ({ tally }) =>
      Object.entries(tally.reloads).map(([result, value]) => ({ labels: { result }, value })),
  },
  {
    kind: 'gauge',
    name: 'store_entries',
    help: 'Entries of the placeholder store.',
    samples: ({ store }) => one(store.size),
  },
  {
    kind: 'gauge',
    name: 'store_capacity_entries',
    help: 'Entries the placeholder store can hold.',
    samples: ({ store }) => one(store.capacity),
  },
  {
    kind: 'gauge',
    name: 'store_bytes',
    help: 'Bytes the placeholder store holds.',
    samples: ({ store }) => one(store.bytes),
  },
  {
    kind: 'gauge',
    name: 'chain_lines',
    help: 'Durable lines of the audit chain, over all restarts.',
    samples: ({ chain }) => one(chain.length),
  },
  {
    kind: 'gauge',
    name: 'chain_signed_lines',
    help: 'Lines of the audit chain that a checkpoint covers.',
    samples: ({ chain }) => one(chain.signed),
  },
  {
    kind: 'gauge',
    name: 'signer_running',
    help: 'Whether the signer is there and belongs to this log.',
    samples: ({ signer }) => one(signer.state === 'running'),
  },
  {
    kind: 'gauge',
    name: 'signer_waiting_seconds',
    help: 'For how long the oldest unsigned line has waited.',
    samples: ({ signer }) => one(signer.waitingMs / 1000),
  },
  {
    kind: 'counter',
    name: 'signer_signatures_total',
    help: 'Checkpoints that were signed.',
    samples: ({ signer }) => one(signer.signatures),
  },
  {
    kind: 'counter',
    name: 'signer_restarts_total',
    help: 'How often the signer was lost.',
    samples: ({ signer }) => one(signer.restarts),
  },
];

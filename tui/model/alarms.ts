import type { AlarmCode } from '../../lib/control/alarms.ts';
import { latencyBudget, type Model } from './model.ts';

/** Something that whoever looks must be told before anything else. */
export interface StandingAlarm {
  /** The same as long as it is the same event: what is seen once stays seen. */
  readonly key: string;
  /** `alarm` flashes and rings until it is seen; `warn` only stands there. */
  readonly level: 'alarm' | 'warn';
  /** In capitals: what has happened. */
  readonly title: string;
  readonly text: string;
  readonly fix: string;
  readonly since: number;
  readonly count: number;
}

interface Kind {
  readonly title: string;
  readonly fix: string;
  readonly level?: 'warn';
}

/** What the daemon's alarms mean; one that is not here is shown as it is. */
const KINDS: Readonly<Record<AlarmCode, Kind>> = {
  'killswitch-engaged': {
    title: 'KILL SWITCH ENGAGED',
    fix: 'press k to see who holds it, and how to let go',
  },
  'audit-unavailable': {
    title: 'AUDIT LOG CANNOT BE WRITTEN',
    fix: 'free the disk or mend its rights, then restart; requests are refused until then',
  },
  'chain-broken': {
    title: 'AUDIT CHAIN BROKEN',
    fix: 'run waterwall verify-chain; docs/runbook.md has what comes next',
  },
  'signer-silent': {
    title: 'SIGNER SILENT',
    fix: 'look at its log; requests are refused while nothing is signed',
  },
  'not-anchored': {
    title: 'LOG NOT ANCHORED',
    fix: 'see what `audit.anchor` names; the next checkpoint is tried again',
    level: 'warn',
  },
  'config-error': { title: 'CONFIGURATION IS BAD', fix: 'mend permitted_hosts.yaml, then restart' },
  'reload-refused': {
    title: 'RELOAD REFUSED',
    fix: 'mend the file, then press r; the policy before it stays in force',
  },
  'types-disabled': {
    title: 'TYPES ARE SWITCHED OFF',
    fix: 'remove them from `disable` in patterns.yaml',
  },
  'policy-loosened': {
    title: 'LESS IS REDACTED THAN BEFORE',
    fix: 'look at the last change of patterns.yaml and known_secrets.yaml',
  },
  'unknown-placeholder': {
    title: 'UNKNOWN PLACEHOLDER',
    fix: 'an answer named a placeholder that its conversation never sent: look at the session',
  },
  'restart-needed': { title: 'RESTART NEEDED', fix: 'restart Waterwall', level: 'warn' },
  'metrics-unavailable': {
    title: 'METRICS ARE NOT SERVED',
    fix: 'set another metrics.listen in config.yaml',
    level: 'warn',
  },
};

/** Fewer requests than these say nothing about a percentile. */
const ENOUGH = 20;

/** All that stands, the gravest and latest first. */
export function standingAlarms(model: Model): readonly StandingAlarm[] {
  const list: StandingAlarm[] = [];
  const add = (key: string, kind: Kind, text: string, since: number, count = 1): void => {
    const { title, fix, level = 'alarm' } = kind;
    list.push({ key, title, fix, level, text, since, count });
  };
  if (model.link.kind === 'offline') {
    const { since, reason, fix = OFFLINE.fix } = model.link;
    add(`offline ${since}`, { ...OFFLINE, fix }, reason, since);
    return list;
  }
  const { facts } = model;
  if (facts === undefined) return list;
  for (const { code, message, since, count } of facts.alarms) {
    const kind = (KINDS as Readonly<Record<string, Kind>>)[code] ?? {
      title: code.toUpperCase(),
      fix: 'see docs/runbook.md',
    };
    add(`${code} ${since}`, kind, message, Date.parse(since), count);
  }
  const now = Date.parse(facts.ts);
  const told = (code: string): boolean => facts.alarms.some((alarm) => alarm.code === code);
  if (facts.killswitch.active && !told('killswitch-engaged')) {
    const [first] = facts.killswitch.sources;
    const since = first?.since ?? facts.ts;
    add(`killswitch-engaged ${since}`, KIND_ENGAGED, '', Date.parse(since));
  }
  if (!facts.chain.intact && !BROKEN_CODES.some(told)) {
    add('chain', BROKEN, facts.chain.poisoned ?? 'the chain does not verify', now);
  }
  const { count, p99 } = facts.counters_5m.added_latency_ms;
  const budget = latencyBudget(model, facts);
  if (p99 !== null && count >= ENOUGH && p99 > budget) {
    const text = `p99 ${p99.toFixed(0)} ms added, budget ${budget} ms`;
    add('p99', SLOW, text, now);
  }
  const weight = { alarm: 0, warn: 1 } as const;
  return list.sort(
    (a, b) => weight[a.level] - weight[b.level] || rank(a) - rank(b) || b.since - a.since,
  );
}

/**
 * Whether an alarm is as grave as on its first moment: one that stops egress, or its record, stays
 * so for as long as it stands; the others are a matter of note once somebody has seen them.
 */
export function isGrave(model: Model, alarm: StandingAlarm): boolean {
  return alarm.level === 'alarm' && (rank(alarm) < FIRST.length || !model.seen.has(alarm.key));
}

/** The alarms that nobody has acknowledged. */
export function unseenAlarms(model: Model): readonly StandingAlarm[] {
  return standingAlarms(model).filter(
    ({ key, level }) => level === 'alarm' && !model.seen.has(key),
  );
}

/** What stops egress, or lets it out unrecorded, comes before everything else. */
function rank({ key }: StandingAlarm): number {
  const place = FIRST.findIndex((start) => key.startsWith(start));
  return place === -1 ? FIRST.length : place;
}

const FIRST = [
  'offline',
  'killswitch-engaged',
  'chain',
  'audit-unavailable',
  'signer',
  'config-error',
];

const BROKEN_CODES = ['audit-unavailable', 'chain-broken', 'signer-silent'];

const OFFLINE: Kind = { title: 'DAEMON OFFLINE', fix: 'start it: waterwall up --detach' };
const BROKEN: Kind = { title: 'AUDIT CHAIN BROKEN', fix: 'run waterwall verify-chain' };
const SLOW: Kind = { title: 'SLOW', fix: 'look at the load of this machine and its disk' };
const KIND_ENGAGED: Kind = KINDS['killswitch-engaged'];

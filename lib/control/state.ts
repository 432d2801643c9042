import {
  type Activity,
  createActivities,
  MOST_PLACEHOLDERS,
  type PlaceholderCount,
} from './activities.ts';
import { createAlarms } from './alarms.ts';
import { createCounters } from './counters.ts';
import { addHostLatency, createHostRows } from './host-rows.ts';
import { createSessionRows } from './session-rows.ts';
import type { ExchangeId, RequestEnd, RequestSent, RequestStart, State } from './state-types.ts';
import { countTypes, type TypeCount } from './type-counts.ts';

export type {
  ExchangeId,
  RequestEnd,
  RequestSent,
  RequestStart,
  State,
  StateSnapshot,
  Totals,
} from './state-types.ts';

const MAX_PATH = 256;

/** Creates an empty state. */
export function createState(): State {
  const counters = createCounters();
  const hosts = createHostRows();
  const sessions = createSessionRows();
  const activities = createActivities();
  const alarms = createAlarms();
  const underWay = new Map<ExchangeId, RequestStart & { sent: boolean }>();
  const refusals: Record<string, number> = {};
  const totals = { requests: 0, redactions: 0, restored: 0, unknown: 0, tunnels: 0, bytes: 0 };
  let nextId = 0;
  let tunnelsOpen = 0;

  const countRefusal = (now: number, code: string): void => {
    counters.add(now, 'refusals', 1);
    refusals[code] = (refusals[code] ?? 0) + 1;
  };
  const countSent = (now: number, start: RequestStart, sent: RequestSent): readonly TypeCount[] => {
    const types = countTypes(sent.redactions);
    const count = sent.redactions.length;
    const host = hosts.use(now, start.host);
    const session = sessions.use(now, start);
    counters.add(now, 'redactions', count);
    counters.addTypes(now, types);
    totals.redactions += count;
    host.redactions += count;
    session.redactions += count;
    for (const { type, count: more } of types) {
      session.types.set(type, (session.types.get(type) ?? 0) + more);
    }
    if (sent.addedLatencyMs !== undefined) {
      counters.addLatency(now, sent.addedLatencyMs);
      addHostLatency(host, now, sent.addedLatencyMs);
    }
    return types;
  };
  const requestSent = (now: number, id: ExchangeId, sent: RequestSent): void => {
    const start = underWay.get(id);
    if (start === undefined || start.sent) return;
    start.sent = true;
    const types = countSent(now, start, sent);
    activities.add(now, {
      kind: 'out',
      ...named(start),
      count: sent.redactions.length,
      types,
      ...defined('placeholders', placeholdersOf(sent)),
      ...defined('latency_ms', rounded(sent.addedLatencyMs)),
      ...defined('redact_ms', rounded(sent.redactMs)),
      ...defined('line', sent.line),
    });
  };
  const countEnd = (now: number, start: RequestStart, end: RequestEnd): void => {
    const host = hosts.use(now, start.host);
    const session = sessions.use(now, start);
    counters.add(now, 'restored', end.restored);
    counters.add(now, 'unknown', end.unknown);
    totals.restored += end.restored;
    totals.unknown += end.unknown;
    for (const row of [host, session]) {
      // A row that was dropped for newer ones meanwhile begins anew at 0.
      row.inFlight = Math.max(0, row.inFlight - 1);
      row.restored += end.restored;
      row.unknown += end.unknown;
    }
    if (end.outcome === 'delivered') session.answers++;
    if (end.outcome === 'refused') host.refusals++;
    else if (end.outcome === 'broken-off' || end.status >= 500) host.errors++;
  };

  return {
    alarms,
    onActivity: activities.subscribe,
    requestStarted(now, given) {
      const id = nextId++ as ExchangeId;
      const start = { ...given, path: displayed(given.path), sent: false };
      underWay.set(id, start);
      counters.add(now, 'requests', 1);
      totals.requests++;
      const host = hosts.use(now, start.host);
      const session = sessions.use(now, start);
      session.recent.at(now).requests++;
      for (const row of [host, session]) {
        row.requests++;
        row.inFlight++;
      }
      return id;
    },
    requestSent,
    requestEnded(now, id, end) {
      if (end.outcome !== 'refused') requestSent(now, id, end);
      const start = underWay.get(id);
      if (start === undefined) return;
      underWay.delete(id);
      countEnd(now, start, end);
      if (end.outcome === 'refused') countRefusal(now, end.code ?? 'unknown');
      if (end.unknown > 0) {
        const from = start.agent ?? 'an agent';
        alarms.raise(
          now,
          'unknown-placeholder',
          `unknown placeholders reached ${from} from ${start.host}`,
        );
      }
      activities.add(now, {
        kind: KIND_OF[end.outcome],
        ...named(start),
        status: end.status,
        count: end.restored,
        unknown: end.unknown,
        ...defined('code', end.code),
        ...defined('answer_ms', rounded(end.answerMs)),
        ...defined('total_ms', rounded(end.totalMs)),
        ...defined('line', end.restoredLine),
      });
    },
    refused(now, code, host) {
      countRefusal(now, code);
      if (host !== undefined) hosts.use(now, displayed(host)).refusals++;
      activities.add(now, { kind: 'refused', code, ...defined('host', host && displayed(host)) });
    },
    tunnelOpened(now, host) {
      tunnelsOpen++;
      totals.tunnels++;
      hosts.use(now, host).tunnels++;
    },
    tunnelClosed(now, host, bytes) {
      tunnelsOpen--;
      totals.bytes += bytes;
      hosts.use(now, host).tunnelBytes += bytes;
      activities.add(now, { kind: 'tunnel', host, bytes });
    },
    notice(now, text) {
      activities.add(now, { kind: 'notice', text });
    },
    snapshot: (now) => ({
      counters: counters.snapshot(now),
      totals: {
        requests: totals.requests,
        redactions: totals.redactions,
        restored: totals.restored,
        unknown_placeholders: totals.unknown,
        tunnels: totals.tunnels,
        tunnel_bytes: totals.bytes,
        in_flight: underWay.size,
        tunnels_open: tunnelsOpen,
        refusals: { ...refusals },
      },
      hosts: hosts.list(now),
      sessions: sessions.list(now),
      activities: activities.list(),
      alarms: alarms.list(now),
    }),
  };
}

const KIND_OF = {
  delivered: 'in',
  refused: 'refused',
  'broken-off': 'failed',
  'client-gone': 'failed',
} as const satisfies Record<RequestEnd['outcome'], Activity['kind']>;

function named({ host, session, agent, request, method, path }: RequestStart) {
  return {
    host,
    method,
    path,
    ...defined('session', session),
    ...defined('agent', agent),
    ...defined('request', request),
  };
}

function placeholdersOf({ redactions }: RequestSent): readonly PlaceholderCount[] | undefined {
  const counts = new Map<string, { type: string; hmac: string; count: number }>();
  for (const { type, hmac } of redactions) {
    if (hmac === undefined) continue;
    const known = counts.get(hmac);
    if (known !== undefined) known.count++;
    else if (counts.size < MOST_PLACEHOLDERS) counts.set(hmac, { type, hmac, count: 1 });
  }
  return counts.size === 0 ? undefined : [...counts.values()];
}

/** To a hundredth of a millisecond: nobody reads more. */
function rounded(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : Math.round(milliseconds * 100) / 100;
}

/** A client's text as it may stand on a screen; a query is never shown, it may hold a credential. */
function displayed(text: string): string {
  return (text.split('?', 1)[0] ?? '').slice(0, MAX_PATH).replace(/\p{Cc}/gu, '_');
}

function defined<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): { readonly [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]?: Value });
}

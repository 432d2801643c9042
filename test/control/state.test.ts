import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createAlarms } from '../../lib/control/alarms.ts';
import { addLatency, createLatencyBins, percentilesOf } from '../../lib/control/latency.ts';
import { createRolling } from '../../lib/control/rolling.ts';
import { createState, type RequestEnd, type RequestStart } from '../../lib/control/state.ts';

const T0 = Date.parse('2026-01-01T00:00:00Z');
const MINUTE = 60_000;

const START: RequestStart = {
  host: 'api.anthropic.com',
  session: 's1',
  agent: 'claude',
  request: 'r1',
  method: 'POST',
  path: '/v1/messages?key=hidden',
};
const END: RequestEnd = {
  outcome: 'delivered',
  status: 200,
  redactions: [{ type: 'JWT_TOKEN' }, { type: 'GITHUB_TOKEN' }, { type: 'JWT_TOKEN' }],
  restored: 2,
  unknown: 0,
  addedLatencyMs: 4,
};

function exchange(state: ReturnType<typeof createState>, now: number, start = {}, end = {}): void {
  const id = state.requestStarted(now, { ...START, ...start });
  state.requestEnded(now + 10, id, { ...END, ...end });
}

describe('counters', () => {
  it('count the last five minutes and forget what is older', () => {
    const state = createState();
    exchange(state, T0);
    exchange(state, T0 + 2 * MINUTE);
    const early = state.snapshot(T0 + 2 * MINUTE + 10).counters;
    expect(early).toMatchObject({
      window_seconds: 300,
      requests: 2,
      requests_per_minute: 1,
      redactions: 6,
      redactions_per_minute: 3,
      restored: 4,
      top_types: [
        { type: 'JWT_TOKEN', count: 4 },
        { type: 'GITHUB_TOKEN', count: 2 },
      ],
    });
    expect(early.series.redactions).toHaveLength(60);
    expect(early.series.redactions.at(-1)).toBe(3);
    expect(early.series.redactions.at(-1 - 24)).toBe(3);
    expect(early.series.p99_ms.filter((value) => value !== null)).toHaveLength(2);
    const later = state.snapshot(T0 + 6 * MINUTE).counters;
    expect(later).toMatchObject({ requests: 1, redactions: 3 });
    expect(state.snapshot(T0 + 60 * MINUTE).counters).toMatchObject({
      requests: 0,
      redactions: 0,
      top_types: [],
      added_latency_ms: { count: 0, p50: null, p99: null },
    });
  });

  it('never show what a slot held a whole turn ago', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(60), { minLength: 1, maxLength: 30 }), (gaps) => {
        const rolling = createRolling(4, 10, () => ({ value: 0 }));
        let now = 1_000_000;
        const moments = gaps.map((gap) => {
          now += gap;
          return now;
        });
        for (const moment of moments) rolling.at(moment).value++;
        const shown = rolling.window(now).map((slot) => slot?.value ?? 0);
        const expected = [3, 2, 1, 0].map((ago) => {
          const stamp = Math.floor(now / 10) - ago;
          return moments.filter((moment) => Math.floor(moment / 10) === stamp).length;
        });
        expect(shown).toEqual(expected);
      }),
    );
  });
});

describe('latency', () => {
  it('gives percentiles within five per cent', () => {
    const latencies = fc.array(fc.double({ min: 0.02, max: 50_000, noNaN: true }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(latencies, (values) => {
        const bins = createLatencyBins();
        for (const value of values) addLatency(bins, value);
        const { count, p50, p99 } = percentilesOf([bins]);
        const sorted = values.toSorted((a, b) => a - b);
        expect(count).toBe(values.length);
        for (const [share, found] of [
          [0.5, p50],
          [0.99, p99],
        ] as const) {
          const exact = sorted[Math.ceil(sorted.length * share) - 1] as number;
          expect(Math.abs((found ?? 0) / exact - 1)).toBeLessThan(0.051);
        }
      }),
    );
  });

  it('takes zero, negative and endless ones', () => {
    const bins = createLatencyBins();
    for (const value of [0, -5, 1e12]) addLatency(bins, value);
    expect(percentilesOf([bins]).count).toBe(3);
  });
});

describe('rows', () => {
  it('are kept for hosts and sessions', () => {
    const state = createState();
    exchange(state, T0);
    exchange(state, T0 + 1000, { session: 's2', agent: 'codex', host: 'api.openai.com' });
    const open = state.requestStarted(T0 + 2000, START);
    expect(state.snapshot(T0 + 2000)).toMatchObject({
      hosts: [
        { host: 'api.anthropic.com', in_flight: 1, requests: 2, redactions: 3, restored: 2 },
        { host: 'api.openai.com', in_flight: 0, requests: 1 },
      ],
      sessions: [
        { session: 's1', agent: 'claude', in_flight: 1, requests: 2, answers: 1 },
        { session: 's2', agent: 'codex', host: 'api.openai.com', answers: 1 },
      ],
      totals: { requests: 3, redactions: 6, restored: 4, in_flight: 1 },
    });
    state.requestEnded(T0 + 3000, open, { ...END, outcome: 'broken-off', status: 0 });
    const { hosts, sessions, totals } = state.snapshot(T0 + 3000);
    expect(hosts[0]).toMatchObject({
      in_flight: 0,
      errors: 1,
      last_ts: '2026-01-01T00:00:03.000Z',
    });
    expect(hosts[0]?.added_latency_ms.count).toBe(2);
    expect(sessions[0]?.recent.reduce((a, b) => a + b)).toBe(2);
    expect(totals.in_flight).toBe(0);
  });

  it('exist for requests without a session, one an agent', () => {
    const state = createState();
    exchange(state, T0, { session: undefined });
    exchange(state, T0, { session: undefined });
    exchange(state, T0, { session: undefined, agent: undefined });
    expect(state.snapshot(T0).sessions).toMatchObject([
      { session: null, agent: null, requests: 1 },
      { session: null, agent: 'claude', requests: 2 },
    ]);
  });

  it('are bounded, and never count below zero', () => {
    const state = createState();
    const early = state.requestStarted(T0, START);
    for (let i = 0; i < 300; i++) exchange(state, T0, { session: `n${i}`, host: `h${i}.example` });
    state.requestEnded(T0, early, END);
    const { hosts, sessions } = state.snapshot(T0);
    expect(hosts).toHaveLength(200);
    expect(sessions).toHaveLength(200);
    expect(hosts[0]).toMatchObject({ host: START.host, in_flight: 0 });
  });

  it('show tunnels', () => {
    const state = createState();
    state.tunnelOpened(T0, 'git.example');
    expect(state.snapshot(T0).totals).toMatchObject({ tunnels: 1, tunnels_open: 1 });
    state.tunnelClosed(T0, 'git.example', 1234);
    expect(state.snapshot(T0)).toMatchObject({
      totals: { tunnels_open: 0, tunnel_bytes: 1234 },
      hosts: [{ host: 'git.example', tunnels: 1, tunnel_bytes: 1234, requests: 0 }],
      activities: [{ kind: 'tunnel', host: 'git.example', bytes: 1234 }],
    });
  });
});

describe('activities', () => {
  it('list what left and what came back, without queries', () => {
    const state = createState();
    const id = state.requestStarted(T0, START);
    state.requestSent(T0 + 1, id, END);
    state.requestEnded(T0 + 2, id, END);
    const { activities, totals } = state.snapshot(T0 + 2);
    expect(activities).toMatchObject([
      { seq: 0, kind: 'out', path: '/v1/messages', count: 3, latency_ms: 4, request: 'r1' },
      { seq: 1, kind: 'in', status: 200, count: 2, unknown: 0 },
    ]);
    expect(totals.redactions).toBe(3);
    expect(JSON.stringify(activities)).not.toContain('hidden');
  });

  it('list refusals inside and outside an exchange', () => {
    const state = createState();
    exchange(state, T0, {}, { outcome: 'refused', status: 502, code: 'killswitch-engaged' });
    state.refused(T0, 'host-not-permitted', 'evil.example\n');
    const { activities, totals, counters } = state.snapshot(T0);
    expect(activities).toMatchObject([
      { kind: 'refused', code: 'killswitch-engaged' },
      { kind: 'refused', code: 'host-not-permitted', host: 'evil.example_' },
    ]);
    expect(totals).toMatchObject({
      redactions: 0,
      refusals: { 'killswitch-engaged': 1, 'host-not-permitted': 1 },
    });
    expect(counters.refusals).toBe(2);
  });

  it('are the last 500, oldest first, and told to subscribers', () => {
    const state = createState();
    const listener = vi.fn();
    const unsubscribe = state.onActivity(listener);
    for (let i = 0; i < 1203; i++) state.notice(T0, `n${i}`);
    unsubscribe();
    state.notice(T0, 'last');
    const { activities } = state.snapshot(T0);
    expect(activities.map(({ seq }) => seq)).toEqual(
      Array.from({ length: 500 }, (_, i) => 704 + i),
    );
    expect(listener).toHaveBeenCalledTimes(1203);
  });
});

describe('alarms', () => {
  it('tell of unknown placeholders, for an hour', () => {
    const state = createState();
    exchange(state, T0, {}, { unknown: 2 });
    exchange(state, T0 + 1000, {}, { unknown: 1 });
    expect(state.snapshot(T0 + 1000)).toMatchObject({
      totals: { unknown_placeholders: 3 },
      alarms: [{ code: 'unknown-placeholder', count: 2, since: '2026-01-01T00:00:00.010Z' }],
    });
    expect(state.snapshot(T0 + 62 * MINUTE).alarms).toEqual([]);
  });

  it('stand until cleared where they name a state', () => {
    const alarms = createAlarms();
    alarms.raise(T0, 'reload-refused', 'bad');
    alarms.raise(T0 + 1, 'killswitch-engaged', 'http');
    expect(alarms.list(T0 + 1e12).map(({ code }) => code)).toEqual([
      'killswitch-engaged',
      'reload-refused',
    ]);
    alarms.clear('reload-refused');
    expect(alarms.list(T0)).toHaveLength(1);
  });
});

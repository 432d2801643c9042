import type { Activity } from '../../lib/control/activities.ts';
import type { DaemonState } from '../../lib/control/daemon-state.ts';
import type { Settings } from '../../tui/model/model.ts';

/** The moment of every picture. */
export const NOW = Date.parse('2026-11-25T12:04:31.207Z');
const iso = (before: number): string => new Date(NOW - before).toISOString();

export const SETTINGS: Settings = {
  machine: 'buildbox',
  readOnly: false,
  reducedMotion: false,
  home: '/home/op',
  folder: '/home/op/work',
};

const SESSIONS = [
  ['8c1f02ab-77d1-4c1e-9d54-0a12c3d4e5f6', 'claude', 'api.anthropic.com'],
  ['e77d19c0-1b2c-4d3e-8f90-a1b2c3d4e5f6', 'codex', 'api.openai.com'],
  ['03b2aa51-9e8d-4c7b-a6f5-e4d3c2b1a0f9', 'opencode', 'openrouter.ai'],
] as const;

const FOUND: readonly (readonly (readonly [string, number])[])[] = [
  [
    ['AWS_ACCESS_KEY', 1],
    ['AWS_SECRET_KEY', 1],
  ],
  [],
  [
    ['GITHUB_TOKEN', 2],
    ['EMAIL', 4],
  ],
  [['PRIVATE_KEY_BLOCK', 1]],
  [
    ['DATABASE_URL', 1],
    ['JWT_TOKEN', 3],
    ['SLACK_TOKEN', 1],
  ],
  [],
];

function activitiesOf(count: number): Activity[] {
  const list: Activity[] = [];
  for (let seq = 0; list.length < count; seq++) {
    const ago = (count - list.length) * 1700;
    const [session, agent, host] = SESSIONS[seq % 3] as (typeof SESSIONS)[number];
    const types = (FOUND[seq % FOUND.length] ?? []).map(([type, times]) => ({
      type,
      count: times,
    }));
    const total = types.reduce((sum, each) => sum + each.count, 0);
    const named = {
      host,
      session,
      agent,
      request: `req_${(0x3f9a + seq).toString(16)}`,
      method: 'POST',
      path: '/v1/messages',
    };
    list.push({
      seq: list.length,
      ts: iso(ago),
      kind: 'out',
      ...named,
      count: total,
      types,
      ...(types.length === 0
        ? {}
        : {
            placeholders: types.map(({ type, count: times }, index) => ({
              type,
              count: times,
              hmac: `9f2c64d1a0b3${(0x7e85 + seq + index).toString(16)}`,
            })),
            line: 84_200 + list.length,
          }),
      latency_ms: 2.1 + (seq % 7),
      redact_ms: 0.8 + (seq % 3),
    });
    const odd = seq % 11 === 7;
    if (seq % 13 === 5) {
      list.push({
        seq: list.length,
        ts: iso(ago - 300),
        kind: 'refused',
        host: 'api.groq.com',
        code: 'host-not-permitted',
      });
    } else {
      list.push({
        seq: list.length,
        ts: iso(ago - 900),
        kind: 'in',
        ...named,
        status: 200,
        count: total,
        unknown: odd ? 1 : 0,
        answer_ms: 640 + seq,
        total_ms: 1812 + seq,
        ...(total > 0 ? { line: 84_201 + list.length } : {}),
      });
    }
    if (seq % 9 === 4)
      list.push({
        seq: list.length,
        ts: iso(ago - 1000),
        kind: 'tunnel',
        host: 'registry.npmjs.org',
        bytes: 1_482_113,
      });
  }
  return list.slice(0, count).map((each, seq) => ({ ...each, seq }));
}

const wave = (length: number, top: number, shift = 0): number[] =>
  Array.from({ length }, (_, at) =>
    Math.max(
      0,
      Math.round(
        top * (0.55 + 0.45 * Math.sin((at + shift) / 5)) * (0.8 + 0.2 * Math.cos(at * 1.7)),
      ),
    ),
  );

/** As many as there are built in, and as long. */
const TYPE_NAMES: readonly string[] = [
  ...['AWS', 'GITHUB', 'GITLAB', 'GOOGLE', 'AZURE', 'SLACK', 'STRIPE', 'OPENAI', 'NPM'].flatMap(
    (name) =>
      [
        'TOKEN',
        'API_KEY',
        'SECRET',
        'ACCESS_KEY',
        'WEBHOOK_URL',
        'REFRESH_TOKEN',
        'PAT',
        'OAUTH',
      ].map((kind) => `${name}_${kind}`),
  ),
  'ACME_TOKEN',
  'ACME_EMPLOYEE',
];

/** A daemon with work to do, and nothing wrong. */
export function busyState(changes: Partial<DaemonState> = {}): DaemonState {
  const types = [
    'EMAIL',
    'AWS_ACCESS_KEY',
    'GITHUB_TOKEN',
    'JWT_TOKEN',
    'PRIVATE_KEY_BLOCK',
    'DATABASE_URL',
    'SLACK_TOKEN',
    'STRIPE_KEY',
  ];
  const counts = [124, 64, 41, 26, 19, 12, 7, 3];
  return {
    v: 1,
    ts: iso(0),
    version: '0.1.0',
    pid: 4121,
    uptime_seconds: 11_538,
    listen: { host: '127.0.0.1', port: 8888 },
    metrics: { listen: { host: '127.0.0.1', port: 8889 }, failure: null },
    killswitch: { active: false, sources: [], last_change_ts: null, last_change_line: null },
    counters_5m: {
      window_seconds: 300,
      requests: 1061,
      requests_per_minute: 212.2,
      redactions: 296,
      redactions_per_minute: 59.2,
      restored: 288,
      unknown_placeholders: 0,
      refusals: 3,
      added_latency_ms: { count: 1061, p50: 2.1, p99: 9.2 },
      top_types: types.map((type, at) => ({ type, count: counts[at] ?? 1 })),
      series: {
        bucket_seconds: 5,
        requests: wave(60, 30, 2),
        redactions: wave(60, 12),
        unknown_placeholders: wave(60, 0),
        p50_ms: wave(60, 30).map((value) => 1 + value / 20),
        p99_ms: wave(60, 60, 9).map((value) => 4 + value / 9),
      },
    },
    totals: {
      requests: 84_281,
      redactions: 20_114,
      restored: 19_870,
      unknown_placeholders: 0,
      tunnels: 41,
      tunnel_bytes: 93_113_000,
      in_flight: 3,
      tunnels_open: 2,
      refusals: { 'host-not-permitted': 3 },
    },
    hosts: [
      hostOf('api.anthropic.com', 412, 9.2),
      hostOf('api.openai.com', 100, 7.7),
      hostOf('openrouter.ai', 31, 4),
      { ...hostOf('registry.npmjs.org', 0, null), tunnels: 8, tunnel_bytes: 41_000_000 },
    ],
    sessions: SESSIONS.map(([session, agent, host], at) => ({
      session,
      agent,
      host,
      in_flight: at === 0 ? 2 : 0,
      requests: [412, 96, 31][at] ?? 1,
      answers: [409, 96, 30][at] ?? 1,
      redactions: [188, 52, 13][at] ?? 0,
      restored: [180, 50, 13][at] ?? 0,
      unknown_placeholders: 0,
      types: types.slice(at, at + 4).map((type, index) => ({ type, count: 88 - index * 20 })),
      first_ts: iso([11_500_000, 3_900_000, 1_320_000][at] ?? 0),
      last_ts: iso([300, 9000, 33_000][at] ?? 0),
      recent: wave(12, 9, at * 4),
    })),
    activities: activitiesOf(80),
    alarms: [],
    latency_budget_ms: 250,
    policy: {
      hash: 'a1b2c3d4'.repeat(8),
      types: TYPE_NAMES,
      disabled: [],
      allow: 0,
      operator: ['ACME_TOKEN', 'ACME_EMPLOYEE'],
      known_secrets: 12,
      skipped: [],
      unreadable: [],
      last_reload: null,
      last_reload_ts: null,
    },
    permitted_hosts: [
      { host: 'api.anthropic.com', port: 443, sse_handler: 'anthropic' },
      { host: 'api.openai.com', port: 443, sse_handler: 'openai' },
    ],
    unlisted_hosts: 'tunnel',
    store: {
      size: 1304,
      capacity: 10_000,
      bytes: 214_000,
      bytes_capacity: 67_108_864,
      ttl_ms: 14_400_000,
      conversations: 17,
    },
    chain: {
      intact: true,
      length: 84_281,
      head: 'GiszvUq9nJk1a2b3c4d5e6f7g8h9i0jklmnop=',
      poisoned: null,
      signed_through: 84_268,
      unsigned_tail: 12,
      last_checkpoint_seq: 84_200,
      last_checkpoint_ts: iso(91_000),
      disk: { chain_bytes: 43_113_004, segments: 3, manifests: 212, receipts: 12 },
      last_export: { ts: iso(7_200_000), out: '/home/op/evidence.tar.gz', lines: 81_004 },
    },
    signer: {
      state: 'running',
      mode: 'child',
      origin: 'waterwall/5f3c',
      vkey: 'waterwall/5f3c+8a1b2c3d+AbCdEfGh',
      key_epoch: 0,
      isolated: false,
      uid: 1000,
      pid: 4122,
      reason: null,
      waiting_ms: 0,
      signatures: 7012,
      last_signature_ts: iso(800),
      restarts: 0,
    },
    ...changes,
  };
}

function hostOf(host: string, requests: number, p99: number | null) {
  return {
    host,
    in_flight: 0,
    requests,
    redactions: Math.round(requests / 2),
    restored: Math.round(requests / 2),
    unknown_placeholders: 0,
    refusals: 0,
    errors: 0,
    tunnels: 0,
    tunnel_bytes: 0,
    added_latency_ms: { count: requests, p50: p99 === null ? null : p99 / 4, p99 },
    last_ts: iso(requests),
  };
}

/** One that has just started: nobody has sent anything yet. */
export function quietState(): DaemonState {
  const none = (value: number | null): (number | null)[] => Array.from({ length: 60 }, () => value);
  const { chain, totals } = busyState();
  return busyState({
    uptime_seconds: 42,
    activities: [],
    sessions: [],
    hosts: [],
    store: { ...busyState().store, size: 0, bytes: 0, conversations: 0 },
    chain: {
      ...chain,
      length: 2,
      signed_through: 1,
      unsigned_tail: 0,
      last_checkpoint_seq: null,
      last_checkpoint_ts: null,
    },
    totals: {
      ...totals,
      requests: 0,
      redactions: 0,
      restored: 0,
      tunnels: 0,
      tunnel_bytes: 0,
      in_flight: 0,
      tunnels_open: 0,
      refusals: {},
    },
    counters_5m: {
      window_seconds: 300,
      requests: 0,
      requests_per_minute: 0,
      redactions: 0,
      redactions_per_minute: 0,
      restored: 0,
      unknown_placeholders: 0,
      refusals: 0,
      added_latency_ms: { count: 0, p50: null, p99: null },
      top_types: [],
      series: {
        bucket_seconds: 5,
        requests: none(0) as number[],
        redactions: none(0) as number[],
        unknown_placeholders: none(0) as number[],
        p50_ms: none(null),
        p99_ms: none(null),
      },
    },
  });
}

/** The same, stopped by two sources. */
export function armedState(): DaemonState {
  const since = iso(61_000);
  return busyState({
    killswitch: {
      active: true,
      last_change_ts: since,
      last_change_line: 84_270,
      sources: [
        {
          source: 'sentinel',
          since,
          reason: 'the file exists',
          clear: 'rm /home/op/.local/state/waterwall/run/kill',
        },
        {
          source: 'http',
          since: iso(42_000),
          reason: 'suspected key leak in repo foo',
          clear: 'waterwall killswitch disarm',
        },
      ],
    },
    alarms: [
      {
        code: 'killswitch-engaged',
        message: 'egress is stopped by: sentinel, http',
        since,
        last: since,
        count: 1,
      },
    ],
  });
}

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { createMetrics } from '../../lib/control/metrics.ts';
import { METRICS, type MetricsFacts } from '../../lib/control/metrics-table.ts';
import { createTally } from '../../lib/control/tally.ts';

const path = (name: string): string =>
  fileURLToPath(new URL(`../../share/${name}`, import.meta.url));
const rulesFile = path('prometheus/alerts.yml');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

const rules = (
  parse(readFileSync(rulesFile, 'utf8')) as { groups: { rules: Rule[] }[] }
).groups.flatMap((group) => group.rules);
interface Panel {
  readonly id: number;
  readonly title: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets: readonly { readonly expr: string }[];
}
const dashboard = JSON.parse(readFileSync(path('grafana/waterwall.json'), 'utf8')) as {
  readonly panels: readonly Panel[];
};

const facts = {
  health: { version: '1', killswitch_sources: [], problems: [], last_upstream_ok_ts: null },
  totals: { refusals: {} },
  tally: createTally().read(),
  alarms: [],
  store: {},
  chain: { length: 3, signed: 2 },
  signer: { state: 'running', waitingMs: 0, signatures: 1, restarts: 0 },
} as unknown as MetricsFacts;

/** Names an expression uses, and the labels it puts to each. */
function selectors(expr: string): { name: string; labels: string[] }[] {
  return [...expr.matchAll(/\b((?:waterwall|nodejs|process)_[a-z0-9_]+)(?:\{([^}]*)\})?/g)].map(
    ([, name = '', inside = '']) => ({
      name,
      labels: [...inside.matchAll(/(\w+)\s*(?:=~?|!=|!~)/g)].map(([, label = '']) => label),
    }),
  );
}

const expressions = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...dashboard.panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => [title, expr] as const),
  ),
];

describe('rules and dashboard', () => {
  it.each(expressions)('%s asks for metrics and labels that there are', async (_name, expr) => {
    const { text } = await createMetrics(() => facts).render();
    const known = new Set(
      [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = '', type]) =>
        type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
      ),
    );
    for (const { name, labels } of selectors(expr)) {
      expect(known, name).toContain(name);
      const row = METRICS.find((each) => `waterwall_${each.name}` === name);
      const given = [...(row?.labels ?? []), 'instance', 'job', 'host', 'le'];
      for (const label of labels) expect(given, `${name}{${label}}`).toContain(label);
    }
    // A rate of what may fall, or the value of what only grows, is a mistake.
    for (const [, name = ''] of expr.matchAll(/(?:rate|increase)\((\w+)/g)) {
      expect(name).toMatch(/_(?:total|bucket|count|sum)$/);
    }
  });

  it.each(METRICS.map(({ name }) => name))('waterwall_%s is shown or watched', (name) => {
    const used = expressions.flatMap(([, expr]) => selectors(expr).map((each) => each.name));
    expect(used).toContain(`waterwall_${name}`);
  });

  it('alerts say what is wrong and what to do', () => {
    expect(rules.length).toBeGreaterThan(8);
    for (const { alert, labels, annotations } of rules) {
      expect(alert).toMatch(/^Waterwall[A-Za-z]+$/);
      expect(['critical', 'warning', 'info']).toContain(labels.severity);
      expect(annotations.summary).toContain('{{ $labels.instance }}');
      expect(annotations.description.length).toBeGreaterThan(20);
    }
  });

  it('panels have their own place each', () => {
    const taken = new Set<string>();
    for (const { gridPos, title } of dashboard.panels) {
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        expect(x).toBeLessThan(24);
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x} ${y}`), title).toBe(false);
          taken.add(`${x} ${y}`);
        }
      }
    }
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });
});

const promtool = spawnSync('promtool', ['--version']).status === 0;

describe.runIf(promtool)('promtool', () => {
  it('takes the rules', () => {
    execFileSync('promtool', ['check', 'rules', rulesFile]);
  });

  /** A run of samples a minute apart, in promtool's notation: start, step and count. */
  const RAISED_BY: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'nothing while all is well': {
      'up{job="waterwall"}': '1x30',
      'waterwall_healthy{part="chain"}': '1x30',
      waterwall_signer_running: '1x30',
      waterwall_signer_waiting_seconds: '0.1x30',
      waterwall_signer_restarts_total: '2x30',
      'waterwall_killswitch_engaged{source="http"}': '0x30',
      waterwall_unknown_placeholders_total: '3x30',
      'waterwall_refusals_total{code="upstream-tls"}': '1x30',
      'waterwall_refusals_total{code="unscannable-body"}': '0+1x30',
      waterwall_store_entries: '10x30',
      waterwall_store_capacity_entries: '10000x30',
      'waterwall_added_latency_seconds_bucket{le="0.1"}': '0+10x30',
      'waterwall_added_latency_seconds_bucket{le="+Inf"}': '0+10x30',
      'nodejs_eventloop_lag_p99_seconds{job="waterwall"}': '0.01x30',
    },
    WaterwallDown: { 'up{job="waterwall"}': '0x30' },
    WaterwallUnhealthy: { 'waterwall_healthy{part="signer"}': '0x30' },
    WaterwallSignerGone: { waterwall_signer_running: '0x30' },
    WaterwallSigningLate: { waterwall_signer_waiting_seconds: '8x30' },
    WaterwallSignerRestarting: { waterwall_signer_restarts_total: '0+1x30' },
    WaterwallKillSwitchEngaged: { 'waterwall_killswitch_engaged{source="sentinel"}': '1x30' },
    WaterwallUnknownPlaceholders: { waterwall_unknown_placeholders_total: '0+1x30' },
    WaterwallSecretInOpaqueField: {
      'waterwall_refusals_total{code="secret-in-opaque-field"}': '0+1x30',
    },
    WaterwallUpstreamNotTrusted: { 'waterwall_refusals_total{code="upstream-tls"}': '0+1x30' },
    WaterwallRefusing: { 'waterwall_refusals_total{code="store-full"}': '0+60x30' },
    WaterwallReloadRefused: { 'waterwall_alarm_raised{code="reload-refused"}': '1x30' },
    WaterwallPolicyLoosened: { 'waterwall_alarm_raised{code="policy-loosened"}': '1x30' },
    WaterwallStoreNearlyFull: {
      waterwall_store_entries: '9500x30',
      waterwall_store_capacity_entries: '10000x30',
    },
    WaterwallSlow: {
      'waterwall_added_latency_seconds_bucket{le="0.5"}': '0+10x30',
      'waterwall_added_latency_seconds_bucket{le="1"}': '0+20x30',
      'waterwall_added_latency_seconds_bucket{le="+Inf"}': '0+20x30',
    },
    WaterwallEventLoopBlocked: { 'nodejs_eventloop_lag_p99_seconds{job="waterwall"}': '0.5x30' },
  };

  it('each alert is raised by what it is for, and by nothing else', () => {
    expect(Object.keys(RAISED_BY).slice(1).sort()).toEqual(rules.map(({ alert }) => alert).sort());
    const tests = Object.entries(RAISED_BY).map(([name, given]) => ({
      name,
      interval: '1m',
      input_series: Object.entries(given).map(([series, values]) => ({ series, values })),
      promql_expr_test: [
        {
          expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
          eval_time: '25m',
          exp_samples: name.includes(' ') ? [] : [{ labels: `{alertname="${name}"}`, value: 1 }],
        },
      ],
    }));
    const folder = mkdtempSync(join(tmpdir(), 'ww-alerts-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'scenarios.yml');
    const scenarios = { rule_files: [rulesFile], evaluation_interval: '1m', tests };
    writeFileSync(file, JSON.stringify(scenarios));
    const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file]);
    expect(status, `${stdout}${stderr}`).toBe(0);
  });

  it('takes the metrics', async () => {
    const { text } = await createMetrics(() => facts).render();
    const input = text.replaceAll(' NaN\n', ' 0\n');
    execFileSync('promtool', ['check', 'metrics'], { input });
  });
});

import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
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

  it('takes the metrics', async () => {
    const { text } = await createMetrics(() => facts).render();
    const input = text.replaceAll(' NaN\n', ' 0\n');
    execFileSync('promtool', ['check', 'metrics'], { input });
  });
});

import type { Facts } from '../../model/model.ts';
import { fit } from '../../text/cells.ts';
import { count, milliseconds, rate, shortCount } from '../../text/format.ts';
import { firstFitting, gap, type Line, type Role, span } from '../../text/line.ts';
import { area, filled, sparkline } from '../../text/spark.ts';
import type { Glyphs } from '../../theme/glyphs.ts';
import type { PaneRenderer, PaneView, View } from '../view.ts';
import { hostLines } from './hosts.ts';

/** 2 COUNTERS: the last five minutes. */
export const renderCounters: PaneRenderer = (view, width, height) => {
  const title = '2 COUNTERS';
  const { facts } = view.model;
  if (facts === undefined) return { title, lines: [] };
  if (view.model.zoom && view.model.focus === 'counters' && height >= 18) {
    return { title, badge: [span('dim', 'last 5 min')], ...withChart(view, facts, width, height) };
  }
  const figures = height >= 22 ? courses(view, facts, width) : figureLines(view, facts, width);
  const spare = height - figures.length;
  const hosts = spare >= 9 && !view.hostsApart ? hostLines(view, facts, width).slice(0, 5) : [];
  const room = spare - (spare >= 8 ? 1 : 0) - (hosts.length > 0 ? hosts.length + 1 : 0);
  const lines = [
    ...figures,
    ...(spare >= 8 ? [[]] : []),
    ...typeLines(facts, width, view.glyphs, Math.max(1, room)),
    ...(hosts.length > 0 ? [[], ...hosts] : []),
  ];
  return { title, badge: [span('dim', 'last 5 min')], lines };
};

/** Alone on the screen: the latency over time gets the room. */
function withChart(
  view: View,
  facts: Facts,
  width: number,
  height: number,
): Pick<PaneView, 'lines' | 'chart'> {
  const figures = figureLines(view, facts, width);
  const types = typeLines(facts, width, view.glyphs, Math.min(8, Math.max(2, height - 26)));
  const rows = height - figures.length - types.length - 3;
  const legend: Line = [
    span('label', 'added latency in ms, five minutes   '),
    span('out', 'p99'),
    gap(2),
    span('spark', 'p50'),
  ];
  const { p50_ms: p50, p99_ms: p99, bucket_seconds: seconds } = facts.counters_5m.series;
  const plain = area(p99, width, rows, view.glyphs).map((line): Line => [span('spark', line)]);
  const lines = [...figures, [], legend, ...plain, [], ...types];
  const worthwhile =
    view.glyphs.braille && rows >= 8 && width >= 38 && p99.some((value) => (value ?? 0) > 0);
  if (!worthwhile) return { lines };
  const labels = p99.map((_, at) => `-${((p99.length - at) * seconds) / 60}m`.replace(/\.\d+/, ''));
  const chart = {
    from: figures.length + 2,
    rows,
    labels,
    lines: [
      { values: steady(p99), role: 'out' as const },
      { values: steady(p50), role: 'spark' as const },
    ],
  };
  return { lines, chart };
}

/** Where nothing was measured the line goes on as it was. */
function steady(values: readonly (number | null)[]): readonly number[] {
  let last = 0;
  return values.map((value) => {
    last = value ?? last;
    return last;
  });
}

interface Figure {
  readonly label: string;
  readonly values: readonly (number | null)[];
  readonly text: string;
  readonly role: Role;
}

function figuresOf({ settings }: View['model'], { counters_5m: now }: Facts): readonly Figure[] {
  const { p50, p99 } = now.added_latency_ms;
  const { series } = now;
  const slow = p99 !== null && p99 > settings.budget;
  return [
    {
      label: 'redacted/min',
      values: series.redactions,
      text: rate(now.redactions_per_minute),
      role: 'strong',
    },
    {
      label: 'requests/min',
      values: series.requests,
      text: rate(now.requests_per_minute),
      role: 'strong',
    },
    { label: 'added p50 ms', values: series.p50_ms, text: milliseconds(p50), role: 'strong' },
    {
      label: 'added p99 ms',
      values: series.p99_ms,
      text: milliseconds(p99),
      role: slow ? 'alarm' : 'strong',
    },
  ];
}

/** The figures, each with its course in one line. */
export function figureLines(view: View, facts: Facts, width: number): readonly Line[] {
  const name = width < 24 ? 6 : 12;
  const room = Math.max(0, Math.min(60, width - name - 7));
  const lines = figuresOf(view.model, facts).map(
    ({ label, values, text, role }): Line => [
      span('label', fit(label, name)),
      gap(1),
      span(role === 'alarm' ? 'alarm' : 'spark', sparkline(values, room, view.glyphs)),
      span(role, fit(text, 6, 'right')),
    ],
  );
  return [...lines, totals(facts, width)];
}

/** The same, where there is room for courses of several lines. */
function courses(view: View, facts: Facts, width: number): readonly Line[] {
  const half = Math.floor((width - 2) / 2);
  const pairs = figuresOf(view.model, facts).map(
    ({ label, values, text, role }): readonly Line[] => {
      const fill = half - label.length;
      return [
        [span('label', label), span(role, fit(text, fill, 'right'))],
        ...area(values, half, 4, view.glyphs).map(
          (line): Line => [span(role === 'alarm' ? 'alarm' : 'spark', line)],
        ),
      ];
    },
  );
  const beside = (left: readonly Line[], right: readonly Line[]): readonly Line[] =>
    left.map((line, index) => [...line, gap(2), ...(right[index] ?? [])]);
  const [redacted = [], requests = [], p50 = [], p99 = []] = pairs;
  return [...beside(redacted, requests), [], ...beside(p50, p99), [], totals(facts, width)];
}

function totals({ counters_5m: now }: Facts, width: number): Line {
  const { unknown_placeholders: unknown, refusals, restored } = now;
  const part = (label: string, value: number, odd: Role): Line => [
    span('label', `${label} `),
    span(value > 0 ? odd : 'strong', shortCount(value)),
  ];
  const line = (space: number, ...names: readonly [string, string, string]): Line => [
    ...part(names[0], restored, 'strong'),
    gap(space),
    ...part(names[1], refusals, 'warn'),
    gap(space),
    ...part(names[2], unknown, 'alarm'),
  ];
  return firstFitting(
    width,
    line(3, 'restored', 'refused', 'unknown placeholders'),
    line(2, 'restored', 'refused', 'unknown'),
    line(1, 'rest.', 'ref.', 'unkn.'),
  );
}

/** The most frequent types, each with its share. */
function typeLines(facts: Facts, width: number, glyphs: Glyphs, most: number): readonly Line[] {
  const { top_types: types, redactions } = facts.counters_5m;
  if (types.length === 0) return [[span('dim', 'nothing redacted in 5 min')]];
  const top = types[0]?.count ?? 1;
  const name = Math.min(22, Math.max(8, width - 16));
  const percent = width >= 36;
  const bar = Math.max(0, Math.min(40, width - name - 7 - (percent ? 5 : 0)));
  return types.slice(0, most).map(({ type, count: times }) => {
    const on = filled(times / top, bar);
    const share = `${Math.round((times / Math.max(1, redactions)) * 100)}%`;
    return [
      span('text', fit(type, name)),
      gap(1),
      span('ok', glyphs.barOn.repeat(on)),
      span('track', glyphs.barOff.repeat(bar - on)),
      span('strong', fit(count(times), 6, 'right')),
      ...(percent ? [span('dim', fit(share, 5, 'right'))] : []),
    ];
  });
}

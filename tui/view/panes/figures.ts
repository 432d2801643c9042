import { type Facts, latencyBudget } from '../../model/model.ts';
import { fit, textWidth } from '../../text/cells.ts';
import { count, milliseconds, rate, shortCount } from '../../text/format.ts';
import { beside, firstFitting, gap, type Line, type Role, span } from '../../text/line.ts';
import { course, filled, shadedArea } from '../../text/spark.ts';
import type { Glyphs } from '../../theme/glyphs.ts';
import type { View } from '../view.ts';

interface Figure {
  readonly label: string;
  readonly values: readonly (number | null)[];
  readonly text: string;
  readonly slow: boolean;
}

function figuresOf(model: View['model'], facts: Facts): readonly Figure[] {
  const { counters_5m: now } = facts;
  const { p50, p99 } = now.added_latency_ms;
  const { series } = now;
  const slow = p99 !== null && p99 > latencyBudget(model, facts);
  const figure = (
    label: string,
    values: readonly (number | null)[],
    text: string,
    isSlow = false,
  ): Figure => ({ label, values, text, slow: isSlow });
  return [
    figure('redacted/min', series.redactions, rate(now.redactions_per_minute)),
    figure('requests/min', series.requests, rate(now.requests_per_minute)),
    figure('added p50 ms', series.p50_ms, milliseconds(p50)),
    figure('added p99 ms', series.p99_ms, milliseconds(p99), slow),
  ];
}

/** The figures, each with its course in one line. */
export function figureLines(view: View, facts: Facts, width: number): readonly Line[] {
  const name = width < 24 ? 6 : 12;
  const room = Math.max(0, Math.min(60, width - name - 7));
  const lines = figuresOf(view.model, facts).map(
    ({ label, values, text, slow }): Line => [
      span('label', fit(label, name)),
      gap(1),
      ...course(values, room, view.glyphs, slow ? 'alarm' : undefined),
      span(slow ? 'alarm' : 'strong', fit(text, 6, 'right')),
    ],
  );
  return [...lines, totals(facts, width)];
}

/** Lines of a pane that are not courses: labels, totals, blanks and eight types. */
const BESIDE_COURSES = 15;

/** The same, where there is room for courses of several lines. */
export function courses(view: View, facts: Facts, width: number, height: number): readonly Line[] {
  const half = Math.floor((width - 2) / 2);
  const tall = Math.max(3, Math.min(8, Math.floor((height - BESIDE_COURSES) / 2)));
  const blocks = figuresOf(view.model, facts).map(({ label, values, text, slow }) => ({
    width: half,
    lines: [
      [
        span('label', label),
        span(slow ? 'alarm' : 'strong', fit(text, half - label.length, 'right')),
      ],
      ...shadedArea(values, half, tall, view.glyphs, slow ? 'alarm' : undefined),
    ],
  }));
  return [
    ...beside(blocks.slice(0, 2), 2),
    [],
    ...beside(blocks.slice(2), 2),
    [],
    totals(facts, width),
  ];
}

function totals({ counters_5m: now }: Facts, width: number): Line {
  const part = (label: string, value: number, odd: Role): Line => [
    span('label', `${label} `),
    span(value > 0 ? odd : 'strong', shortCount(value)),
  ];
  const restored = part('restored', now.restored, 'strong');
  const refused = part('refused', now.refusals, 'warn');
  const unknown = (label: string): Line => part(label, now.unknown_placeholders, 'alarm');
  return firstFitting(
    width,
    [...restored, gap(3), ...refused, gap(3), ...unknown('unknown placeholders')],
    [...restored, gap(2), ...refused, gap(2), ...unknown('unknown')],
    // What is restored is no news.
    [...refused, gap(2), ...unknown('unknown')],
  );
}

/** The most frequent types, each with its share. */
export function typeLines(
  facts: Facts,
  width: number,
  glyphs: Glyphs,
  most: number,
): readonly Line[] {
  const { top_types: types, redactions } = facts.counters_5m;
  if (types.length === 0) return [[span('dim', 'nothing redacted in 5 min')]];
  const shown = types.slice(0, most);
  const top = types[0]?.count ?? 1;
  const percent = width >= 36;
  const figures = 6 + (percent ? 5 : 0);
  const longest = Math.max(...shown.map(({ type }) => textWidth(type)));
  // A name that can be read is worth more than a bar.
  const name = Math.max(8, Math.min(longest, 28, width - figures - 1 - LEAST_BAR));
  const bar = Math.max(0, Math.min(40, width - name - 1 - figures));
  return shown.map(({ type, count: times }) => {
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

const LEAST_BAR = 4;

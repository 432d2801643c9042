import { shownActivities } from '../model/live.ts';
import { milliseconds, rate, shortCount } from '../text/format.ts';
import { gap, type Line, span } from '../text/line.ts';
import { sparkline } from '../text/spark.ts';
import { headerLines } from './header.ts';
import { activityRow, columnsFor } from './panes/activity-row.ts';
import type { View } from './view.ts';

/** All that matters where there is no room for panes: a corner of somebody's tmux. */
export function stripLines(view: View, width: number, height: number): readonly Line[] {
  const { model, glyphs } = view;
  const { facts } = model;
  const [head = []] = headerLines(view, width, 1);
  if (facts === undefined) {
    if (model.link.kind !== 'offline') return [head].slice(0, height);
    const how: Line = [gap(1), span('text', 'start it:')];
    return [head, [], how, [gap(1), span('key', 'waterwall up --detach')]].slice(0, height);
  }
  const { killswitch, chain, counters_5m: counters } = facts;
  const { p50, p99 } = counters.added_latency_ms;
  const state: Line = [
    gap(1),
    ...(killswitch.active
      ? [
          span(
            'alarm',
            `${glyphs.held} ${killswitch.sources.map(({ source }) => source).join(' ')}`,
          ),
        ]
      : [span('ok', glyphs.ok), span('text', ' traffic flows')]),
    gap(3),
    ...(chain.intact
      ? [span('ok', glyphs.ok), span('text', ' chain intact')]
      : [span('alarm', `${glyphs.bad} chain broken`)]),
  ];
  const unknown = counters.unknown_placeholders;
  const figures: Line = [
    gap(1),
    span('strong', rate(counters.redactions_per_minute)),
    span('label', '/min'),
    span('label', '  p50 '),
    span('text', milliseconds(p50)),
    span('label', '  p99 '),
    span('text', milliseconds(p99)),
    ...(unknown > 0 ? [span('alarm', `  unknown ${shortCount(unknown)} ${glyphs.warn}`)] : []),
  ];
  const course: Line = [
    gap(1),
    span('spark', sparkline(counters.series.redactions, width - 2, glyphs)),
  ];
  const fixed = [head, state, figures, course];
  const rows = Math.max(0, height - fixed.length);
  const columns = columnsFor(Math.max(0, width - 1));
  const latest = rows === 0 ? [] : shownActivities(model).slice(-rows);
  const lines = latest.map((activity): Line => [gap(1), ...activityRow(activity, columns, glyphs)]);
  return [...fixed, ...lines].slice(0, height);
}

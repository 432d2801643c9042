import { milliseconds, rate, shortCount } from '../text/format.ts';
import { clipLine, gap, type Line, span } from '../text/line.ts';
import { course } from '../text/spark.ts';
import { headerLines } from './header.ts';
import { offlineLines } from './panes/absent.ts';
import { emptyLines, liveRows } from './panes/live.ts';
import type { View } from './view.ts';

/** All that matters where there is no room for panes: a corner of somebody's tmux. */
export function stripLines(view: View, width: number, height: number): readonly Line[] {
  const { model, glyphs } = view;
  const { facts } = model;
  const [head = []] = headerLines(view, width, 1);
  if (facts === undefined) {
    const how = offlineLines(view, width - 2).map((line): Line => [gap(1), ...line]);
    return [head, ...how].slice(0, height);
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
  const redacted: Line = [gap(1), ...course(counters.series.redactions, width - 2, glyphs)];
  const fixed = [head, state, figures, redacted];
  const rows = Math.max(0, height - fixed.length);
  const live = liveRows(view, width, rows, 1);
  const shown = live.length > 0 ? live : emptyLines(view).map((line): Line => [gap(1), ...line]);
  return [...fixed, ...shown].slice(0, height).map((line) => clipLine(line, width));
}

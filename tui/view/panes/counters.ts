import type { Facts } from '../../model/model.ts';
import { beside, gap, type Line, span } from '../../text/line.ts';
import { shadedArea } from '../../text/spark.ts';
import type { PaneRenderer, PaneView, View } from '../view.ts';
import { courses, figureLines, typeLines } from './figures.ts';
import { hostLines } from './hosts.ts';

/** 2 COUNTERS: the last five minutes. */
export const renderCounters: PaneRenderer = (view, width, height) => {
  const title = '2 COUNTERS';
  const { facts } = view.model;
  if (facts === undefined) return { title, lines: [] };
  const badge = [span('dim', 'last 5 min')];
  if (view.model.zoom && view.model.focus === 'counters' && height >= 18) {
    return { title, badge, ...withChart(view, facts, width, height) };
  }
  const figures =
    height >= 22 ? courses(view, facts, width, height) : figureLines(view, facts, width);
  const spare = height - figures.length;
  const hosts = spare >= 9 && !view.hostsApart ? hostLines(view, facts, width).slice(0, 5) : [];
  const room = spare - (spare >= 8 ? 1 : 0) - (hosts.length > 0 ? hosts.length + 1 : 0);
  const lines = [
    ...figures,
    ...(spare >= 8 ? [[]] : []),
    ...typeLines(facts, width, view.glyphs, Math.max(1, room)),
    ...(hosts.length > 0 ? [[], ...hosts] : []),
  ];
  return { title, badge, lines };
};

/** Alone on the screen: the latency over time gets the room. */
function withChart(
  view: View,
  facts: Facts,
  width: number,
  height: number,
): Pick<PaneView, 'lines' | 'chart'> {
  const { above, below } = around(view, facts, width, height);
  const legend: Line = [
    span('label', 'added latency in ms, five minutes   '),
    span('out', 'p99'),
    gap(2),
    span('in', 'p50'),
  ];
  const rows = height - above.length - 2 - (below.length > 0 ? below.length + 1 : 0);
  const { p50_ms: p50, p99_ms: p99, bucket_seconds: seconds } = facts.counters_5m.series;
  const plain = shadedArea(p99, width, rows, view.glyphs);
  const lines = [...above, [], legend, ...plain, ...(below.length > 0 ? [[], ...below] : [])];
  const worthwhile =
    view.glyphs.braille && rows >= 8 && width >= 38 && p99.some((value) => (value ?? 0) > 0);
  if (!worthwhile) return { lines };
  const labels = p99.map((_, at) => `-${((p99.length - at) * seconds) / 60}m`.replace(/\.\d+/, ''));
  const chart = {
    from: above.length + 2,
    rows,
    labels,
    lines: [
      { values: steady(p99), role: 'out' as const },
      { values: steady(p50), role: 'in' as const },
    ],
  };
  return { lines, chart };
}

const SPACE = 4;

/** What stands over the chart and under it: side by side, where there is room. */
function around(
  view: View,
  facts: Facts,
  width: number,
  height: number,
): { readonly above: readonly Line[]; readonly below: readonly Line[] } {
  const { glyphs } = view;
  if (width < 100) {
    const most = Math.min(8, Math.max(2, height - 26));
    return {
      above: figureLines(view, facts, width),
      below: typeLines(facts, width, glyphs, most),
    };
  }
  const parts = width >= 160 ? 3 : 2;
  const each = Math.floor((width - SPACE * (parts - 1)) / parts);
  const tall = height >= 30 ? 8 : 5;
  const blocks = [
    { width: each, lines: figureLines(view, facts, each) },
    { width: each, lines: typeLines(facts, each, glyphs, tall) },
    { width: each, lines: hostLines(view, facts, each).slice(0, tall) },
  ];
  return { above: beside(blocks.slice(0, parts), SPACE), below: [] };
}

/** Where nothing was measured the line goes on as it was. */
function steady(values: readonly (number | null)[]): readonly number[] {
  let last = 0;
  return values.map((value) => {
    last = value ?? last;
    return last;
  });
}

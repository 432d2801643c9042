import type { HostRow } from '../../../lib/control/host-rows.ts';
import { type Facts, latencyBudget } from '../../model/model.ts';
import { fit } from '../../text/cells.ts';
import { bytes, milliseconds, shortCount, shortHost } from '../../text/format.ts';
import { type Cell, gap, type Line, row, span } from '../../text/line.ts';
import { filled } from '../../text/spark.ts';
import type { Glyphs } from '../../theme/glyphs.ts';
import type { PaneRenderer, View } from '../view.ts';

type Figure = 'reqs' | 'redacted' | 'restored' | 'err' | 'p50' | 'p99';

const NARROW: readonly Figure[] = ['reqs', 'redacted', 'err', 'p99'];
const WIDE: readonly Figure[] = ['reqs', 'redacted', 'restored', 'err', 'p50', 'p99'];
const WIDTHS: Readonly<Record<Figure, number>> = {
  reqs: 5,
  redacted: 8,
  restored: 8,
  err: 4,
  p50: 6,
  p99: 6,
};
const LONGEST_NAME = 32;

/** Who was talked to, the latest first. */
export function hostLines({ model }: View, facts: Facts, width: number): Line[] {
  const hosts = [...facts.hosts].sort((a, b) => ((a.last_ts ?? '') < (b.last_ts ?? '') ? 1 : -1));
  if (hosts.length === 0) return [];
  const figures = width >= 60 ? WIDE : NARROW;
  const taken = figures.reduce((sum, name) => sum + WIDTHS[name] + 1, 0);
  const name = Math.max(8, Math.min(LONGEST_NAME, width - taken));
  const head = row([
    { width: name, role: 'dim', text: 'host' },
    ...figures.map((text): Cell => ({ width: WIDTHS[text], role: 'dim', text, align: 'right' })),
  ]);
  const lines = hosts.map((host): Line => {
    const label = name >= 18 ? host.host : shortHost(host.host);
    if (host.requests === 0 && host.tunnels > 0) {
      const piped = `piped: ${shortCount(host.tunnels)} tunnels, ${bytes(host.tunnel_bytes)}`;
      const room = Math.min(taken - 1, width - name - 1);
      return [span('dim', fit(label, name)), gap(1), span('dim', fit(piped, room, 'right'))];
    }
    const cells = figures.map((figure): Cell => {
      const { text, role } = figureOf(host, figure, latencyBudget(model, facts));
      return { width: WIDTHS[figure], role, text, align: 'right' };
    });
    return row([{ width: name, role: 'text', text: label }, ...cells]);
  });
  return [head, ...lines];
}

function figureOf(
  host: HostRow,
  figure: Figure,
  budget: number,
): { readonly text: string; readonly role: Cell['role'] } {
  const { p50, p99 } = host.added_latency_ms;
  switch (figure) {
    case 'reqs':
      return { text: shortCount(host.requests), role: 'text' };
    case 'redacted':
      return { text: shortCount(host.redactions), role: host.redactions > 0 ? 'out' : 'dim' };
    case 'restored':
      return { text: shortCount(host.restored), role: 'text' };
    case 'err': {
      const wrong = host.errors + host.refusals;
      return { text: shortCount(wrong), role: wrong > 0 ? 'warn' : 'dim' };
    }
    case 'p50':
      return { text: milliseconds(p50), role: 'text' };
    case 'p99':
      return { text: milliseconds(p99), role: p99 !== null && p99 > budget ? 'alarm' : 'text' };
  }
}

/** Whose secrets were kept back, the most first. */
function agentLines(facts: Facts, width: number, glyphs: Glyphs): readonly Line[] {
  const sums = new Map<string, { requests: number; redactions: number }>();
  for (const { agent, requests, redactions } of facts.sessions) {
    const name = agent ?? 'no name';
    const sum = sums.get(name) ?? { requests: 0, redactions: 0 };
    sums.set(name, {
      requests: sum.requests + requests,
      redactions: sum.redactions + redactions,
    });
  }
  const agents = [...sums].sort(([, a], [, b]) => b.redactions - a.redactions);
  if (agents.length === 0) return [];
  const top = Math.max(1, agents[0]?.[1].redactions ?? 1);
  const bar = Math.max(0, Math.min(24, width - 12 - 6 - 9));
  return [
    row([
      { width: 12 + bar, role: 'dim', text: 'agent' },
      { width: 5, role: 'dim', text: 'reqs', align: 'right' },
      { width: 8, role: 'dim', text: 'redacted', align: 'right' },
    ]),
    ...agents.map(([name, { requests, redactions }]): Line => {
      const on = filled(redactions / top, bar);
      return [
        span('text', fit(name, 11)),
        gap(1),
        span('ok', glyphs.barOn.repeat(on)),
        span('track', glyphs.barOff.repeat(bar - on)),
        gap(1),
        span('text', fit(shortCount(requests), 5, 'right')),
        gap(1),
        span(redactions > 0 ? 'out' : 'dim', fit(shortCount(redactions), 8, 'right')),
      ];
    }),
  ];
}

/** 2· BY HOST: only where there is room for it. */
export const renderHosts: PaneRenderer = (view, width, height) => {
  const { facts } = view.model;
  const title = '2\u00b7 BY HOST, BY AGENT';
  if (facts === undefined) return { title, lines: [] };
  const hosts = hostLines(view, facts, width);
  if (hosts.length === 0) return { title, lines: [[span('dim', 'no host yet')]] };
  const agents = agentLines(facts, width, view.glyphs);
  // Agents are fewer than hosts: those give way first.
  const most = agents.length === 0 ? hosts.length : Math.max(4, height - agents.length - 1);
  const lines = agents.length === 0 ? hosts : [...hosts.slice(0, most), [], ...agents];
  return { title, badge: [span('dim', 'since the start')], lines };
};

import type { Facts } from '../../model/model.ts';
import { milliseconds, shortCount, shortHost } from '../../text/format.ts';
import { type Line, row, span } from '../../text/line.ts';
import type { PaneRenderer, View } from '../view.ts';

/** Who was talked to, the latest first. */
export function hostLines({ model }: View, facts: Facts, width: number): Line[] {
  const name = Math.max(8, Math.min(26, width - 30));
  const hosts = [...facts.hosts].sort((a, b) => ((a.last_ts ?? '') < (b.last_ts ?? '') ? 1 : -1));
  if (hosts.length === 0) return [];
  const head = row([
    { width: name, role: 'dim', text: 'host' },
    { width: 5, role: 'dim', text: 'reqs', align: 'right' },
    { width: 5, role: 'dim', text: 'redac', align: 'right' },
    { width: 4, role: 'dim', text: 'err', align: 'right' },
    { width: 6, role: 'dim', text: 'p99', align: 'right' },
  ]);
  const lines = hosts.map((host) => {
    const wrong = host.errors + host.refusals;
    const { p99 } = host.added_latency_ms;
    const slow = p99 !== null && p99 > model.settings.budget;
    const piped = host.requests === 0 && host.tunnels > 0;
    return row([
      {
        width: name,
        role: piped ? 'dim' : 'text',
        text: name >= 18 ? host.host : shortHost(host.host),
      },
      { width: 5, role: 'text', text: piped ? 'tunl' : shortCount(host.requests), align: 'right' },
      { width: 5, role: 'text', text: piped ? '' : shortCount(host.redactions), align: 'right' },
      { width: 4, role: wrong > 0 ? 'warn' : 'dim', text: shortCount(wrong), align: 'right' },
      { width: 6, role: slow ? 'alarm' : 'text', text: milliseconds(p99), align: 'right' },
    ]);
  });
  return [head, ...lines];
}

/** 2· BY HOST: only where there is room for it. */
export const renderHosts: PaneRenderer = (view, width) => {
  const { facts } = view.model;
  const lines = facts === undefined ? [] : hostLines(view, facts, width);
  const empty: Line = [span('dim', 'no host yet')];
  return {
    title: '2\u00b7 BY HOST',
    lines: lines.length === 0 && facts !== undefined ? [empty] : lines,
  };
};

import { type Facts, latencyBudget } from '../model/model.ts';
import { clock, count, span as duration, milliseconds, rate } from '../text/format.ts';
import { chip, flow, gap, hitting, type Line, lineWidth, span, spread } from '../text/line.ts';
import { course } from '../text/spark.ts';
import { overallStatus } from './status.ts';
import type { View } from './view.ts';

/** The vital signs, as many lines as there is room for. */
export function headerLines(view: View, width: number, height: number): readonly Line[] {
  const { on, word } = overallStatus(view);
  const { model, now } = view;
  const { facts } = model;
  const tall = height >= 2 && view.glyphs.braille;
  const name: Line = tall ? [span('high', LOGO[0])] : [span('strong', 'WATERWALL')];
  const left: Line = [gap(1), ...name, gap(2), ...hitting('!', [chip(on, word)])];
  const right: Line = [
    ...(model.settings.readOnly ? [chip('button', width < 60 ? 'RO' : 'READ-ONLY'), gap(1)] : []),
    span('dim', clock(now)),
    gap(1),
  ];
  const room = width - lineWidth(left) - lineWidth(right) - 1;
  const signs =
    facts === undefined ? absent(view, width) : fitting(vitalSigns(view, facts, width), room);
  const first = spread([...left, ...signs], right, width);
  if (height < 2) return [first];
  const under: Line = tall ? [gap(1), span('high', LOGO[1]), gap(3)] : [];
  const rest = Math.max(0, width - lineWidth(under));
  return [first, [...under, ...secondLine(view, rest)]];
}

/** Its name, where two lines are to be had. */
const LOGO = [
  '█ █ █ ▄▀█ ▀█▀ █▀▀ █▀█ █ █ █ ▄▀█ █   █  ',
  '▀▄▀▄▀ █▀█  █  ██▄ █▀▄ ▀▄▀▄▀ █▀█ █▄▄ █▄▄',
] as const;

/** In the order in which they are shown; the higher the weight, the later it is left out. */
interface Sign {
  readonly weight: number;
  readonly line: Line;
}

function vitalSigns({ model, glyphs }: View, facts: Facts, width: number): readonly Sign[] {
  const { killswitch, chain, counters_5m: counters } = facts;
  const { p50, p99 } = counters.added_latency_ms;
  const slow = p99 !== null && p99 > latencyBudget(model, facts);
  const unknown = counters.unknown_placeholders;
  return [
    {
      weight: 9,
      line: killswitch.active
        ? [span('alarm', `by ${killswitch.sources.map(({ source }) => source).join(', ')}`)]
        : [span('ok', glyphs.ok), span('text', ' traffic flows')],
    },
    {
      weight: 8,
      line: chain.intact
        ? [span('ok', glyphs.ok), span('text', ' chain intact')]
        : [span('alarm', `${glyphs.bad} chain broken`)],
    },
    {
      weight: 7,
      line: [
        span('strong', rate(counters.redactions_per_minute)),
        span('label', width < 100 ? '/min' : ' redacted/min'),
      ],
    },
    {
      weight: 6,
      line: [span('label', 'p99 '), span(slow ? 'alarm' : 'strong', `${milliseconds(p99)} ms`)],
    },
    { weight: 3, line: [span('label', 'p50 '), span('strong', `${milliseconds(p50)} ms`)] },
    ...(unknown > 0
      ? [{ weight: 6.5, line: [span('alarm', `${unknown} unknown ${glyphs.warn}`)] }]
      : []),
    { weight: 5, line: [span('label', 'up '), span('text', duration(facts.uptime_seconds))] },
    { weight: 4, line: [span('label', model.settings.machine)] },
  ];
}

function fitting(signs: readonly Sign[], room: number): Line {
  const byWeight = [...signs].sort((a, b) => b.weight - a.weight);
  const kept = new Set<Sign>();
  let left = room;
  for (const sign of byWeight) {
    const needed = lineWidth(sign.line) + 3;
    if (needed > left) break;
    left -= needed;
    kept.add(sign);
  }
  return signs.filter((sign) => kept.has(sign)).flatMap(({ line }) => [gap(3), ...line]);
}

function absent({ model }: View, width: number): Line {
  const { link } = model;
  if (link.kind !== 'offline' || link.fix !== undefined || width < 60) return [];
  return [gap(2), span('key', 'waterwall up --detach'), span('dim', ' starts it')];
}

/** What is nice to know, where there is a line for it. */
function secondLine({ model, glyphs }: View, width: number): Line {
  const { facts } = model;
  if (facts === undefined) return [];
  const { listen, totals } = facts;
  const parts = [
    facts.version,
    `${totals.in_flight} under way`,
    plural(totals.tunnels_open, 'tunnel'),
    `since the start ${count(totals.redactions)} redacted, ${count(totals.restored)} restored`,
    ...(listen === null ? [] : [`${listen.host}:${listen.port}`]),
    `pid ${facts.pid}`,
  ];
  const redacted: Line = [
    span('dim', 'redacted, 5 min '),
    ...course(facts.counters_5m.series.redactions, 40, glyphs),
    gap(1),
  ];
  const room = width - lineWidth(redacted) - 1;
  const [first = []] = flow(
    parts.map((text): Line => [span('dim', text)]),
    room,
    3,
  );
  return spread(first, redacted, width);
}

function plural(value: number, name: string): string {
  return `${count(value)} ${name}${value === 1 ? '' : 's'} open`;
}

import type { SessionRow } from '../../../lib/control/session-rows.ts';
import { clock, count, span as duration } from '../../text/format.ts';
import { flow, gap, type Line, type Role, span, spread } from '../../text/line.ts';
import { course } from '../../text/spark.ts';
import type { Glyphs } from '../../theme/glyphs.ts';
import { typeList } from './activity-row.ts';

/** Ten minutes without a request. */
const IDLE_AFTER = 600_000;

/** Whether a session has been silent for long. */
export function isIdle({ last_ts: last }: SessionRow, now: number): boolean {
  return now - Date.parse(last) >= IDLE_AFTER;
}

/** All that is known of one session, on as many lines as it needs. */
export function sessionBlock(
  each: SessionRow,
  width: number,
  now: number,
  glyphs: Glyphs,
): readonly Line[] {
  const figure = (label: string, value: string, role: Role = 'strong'): Line => [
    span('label', `${label} `),
    span(role, value),
  ];
  const number = (label: string, value: number, role: Role): Line =>
    figure(label, count(value), value > 0 ? role : 'dim');
  const state: Line = isIdle(each, now)
    ? [span('dim', 'idle')]
    : [span('ok', `${glyphs.ok} active`)];
  const minute: Line = [
    span('label', 'last minute '),
    ...course(each.recent, Math.max(1, each.recent.length), glyphs),
  ];
  const figures = [
    number('sent', each.requests, 'strong'),
    number('answered', each.answers, 'strong'),
    number('under way', each.in_flight, 'accent'),
    number('redacted', each.redactions, 'out'),
    number('restored', each.restored, 'in'),
    number('unknown placeholders', each.unknown_placeholders, 'alarm'),
    figure('since', clock(each.first_ts), 'text'),
    figure('for', duration((now - Date.parse(each.first_ts)) / 1000), 'text'),
    figure('last', clock(each.last_ts), 'text'),
    minute,
  ];
  const types = each.types.map((type) => typeList([type], glyphs));
  const room = Math.max(1, width - 2);
  return [
    spread(
      [
        span('strong', each.session ?? 'no id'),
        gap(2),
        span('accent', each.agent ?? 'no name'),
        span('dim', ` ${glyphs.out} `),
        span('text', each.host),
      ],
      state,
      width,
    ),
    ...flow(figures, room, 3).map((line) => [gap(2), ...line]),
    ...flow(types.length === 0 ? [[span('dim', 'nothing redacted')]] : types, room, 1).map(
      (line) => [gap(2), ...line],
    ),
  ];
}

import { isGrave, standingAlarms, unseenAlarms } from '../model/alarms.ts';
import { clock } from '../text/format.ts';
import { type Ground, gap, hitting, type Line, padLine, span, spread } from '../text/line.ts';
import type { View } from './view.ts';

/** The line above everything while something is wrong; undefined while nothing is. */
export function alarmLine(view: View, width: number): Line | undefined {
  const { model, glyphs, bright } = view;
  const standing = standingAlarms(model);
  const [first] = standing;
  if (first === undefined) return undefined;
  const flashes = unseenAlarms(model).length > 0;
  const on: Ground = !isGrave(model, first) ? 'warn' : flashes && !bright ? 'bar' : 'alarm';
  const more = standing.length > 1 ? `  +${standing.length - 1} more` : '';
  const left: Line = [
    span('alarm', ` ${glyphs.alarm}${glyphs.alarm} ${first.title}`),
    span('alarm', first.text === '' ? '' : ` ${glyphs.dot} ${first.text}`),
    span('alarm', width >= 90 ? ` ${glyphs.dot} ${clock(first.since)}` : ''),
    span('alarm', more),
  ];
  const right: Line = [span('alarm', flashes ? '! acknowledge' : '! details'), gap(1)];
  const bar = padLine(spread(left, width >= 60 ? right : [], width), width);
  return hitting('!', bar).map((piece) => ({ ...piece, on }));
}

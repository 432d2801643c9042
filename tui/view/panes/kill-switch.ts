import type { ActiveSource } from '../../../lib/control/kill-switch-state.ts';
import { clip, fit } from '../../text/cells.ts';
import { clock, count } from '../../text/format.ts';
import { chip, firstFitting, gap, type Line, padLine, span } from '../../text/line.ts';
import type { Glyphs } from '../../theme/glyphs.ts';
import type { PaneRenderer } from '../view.ts';

/** The four that can hold it; DESIGN §9. */
const SOURCES = ['config', 'sigusr1', 'sentinel', 'http'] as const;

/** 3 KILL SWITCH: whether anything leaves, who stops it, and how to. */
export const renderKillSwitch: PaneRenderer = (view, width, height) => {
  const title = '3 KILL SWITCH';
  const { facts, settings } = view.model;
  if (facts === undefined) return { title, lines: [] };
  const { active, sources, last_change_ts: changed } = facts.killswitch;
  const { glyphs } = view;
  const tall = height >= 7;
  const held = tall ? sourceLines(sources, width, glyphs) : sourceGrid(sources, width, glyphs);
  const refused = facts.totals.refusals['killswitch-engaged'] ?? 0;
  const lines = [
    active ? stopped(glyphs, width) : flowing(glyphs, width),
    ...(height >= 9 ? [[]] : []),
    ...held,
    ...(height >= 8 ? [[]] : []),
    howTo(active, settings.readOnly, width),
    [
      span('label', 'last change '),
      span('text', changed === null ? 'none since the start' : clock(changed)),
    ],
    [
      span('label', 'refused so  '),
      span(refused > 0 ? 'warn' : 'text', `${count(refused)} requests`),
    ],
  ];
  return { title, lines: lines.slice(0, height), ...(active ? { tone: 'alarm' as const } : {}) };
};

function stopped({ alarm }: Glyphs, width: number): Line {
  const state = chip('alarm', `${alarm} ARMED`);
  return firstFitting(
    width,
    [state, gap(1), span('alarm', 'all traffic stopped')],
    [state, gap(1), span('alarm', 'all stopped')],
  );
}

function flowing({ ok }: Glyphs, width: number): Line {
  const state = span('ok', `${ok} DISARMED`);
  return firstFitting(
    width,
    [state, gap(2), span('dim', 'traffic flows')],
    [state, gap(2), span('dim', 'all flows')],
  );
}

function howTo(active: boolean, readOnly: boolean, width: number): Line {
  if (readOnly)
    return firstFitting(
      width,
      [span('dim', 'read-only: not from here')],
      [span('dim', 'read-only')],
    );
  const key = span('key', 'k ');
  return active
    ? firstFitting(
        width,
        [key, span('text', 'lets traffic flow again')],
        [key, span('text', 'disarms it')],
      )
    : firstFitting(
        width,
        [key, span('text', 'stops everything at once')],
        [key, span('text', 'stops everything')],
      );
}

/** Two by two. */
export function sourceGrid(
  sources: readonly ActiveSource[],
  width: number,
  glyphs: Glyphs,
): readonly Line[] {
  const half = Math.max(11, Math.min(14, Math.floor(width / 2)));
  const cell = (name: string): Line => {
    const held = sources.some(({ source }) => source === name);
    return [
      span(held ? 'alarm' : 'dim', held ? glyphs.held : glyphs.free),
      span(held ? 'alarm' : 'text', ` ${name}`),
    ];
  };
  const [a = [], b = [], c = [], d = []] = SOURCES.map(cell).map((line, index) =>
    index % 2 === 0 ? padLine(line, half) : line,
  );
  return [
    [...a, ...b],
    [...c, ...d],
  ];
}

/** One a row, with what is known of each. */
function sourceLines(
  sources: readonly ActiveSource[],
  width: number,
  glyphs: Glyphs,
): readonly Line[] {
  return SOURCES.map((name) => {
    const held = sources.find(({ source }) => source === name);
    if (held === undefined) {
      return [span('dim', `${glyphs.free} `), span('text', fit(name, 10)), span('dim', 'clear')];
    }
    return [
      span('alarm', `${glyphs.held} ${fit(name, 10)}`),
      span('label', `${clock(held.since)} `),
      span('text', clip(held.reason, Math.max(0, width - 21))),
    ];
  });
}

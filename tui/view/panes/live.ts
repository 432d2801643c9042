import { cursorIn, shownActivities } from '../../model/live.ts';
import { gap, hitting, type Line, padLine, span } from '../../text/line.ts';
import type { PaneRenderer, View } from '../view.ts';
import { activityRow, columnsFor, headRow } from './activity-row.ts';

/** 1 LIVE ACTIVITY: what goes out and comes in, as it happens. */
export const renderLive: PaneRenderer = (view, width, height) => {
  const title = '1 LIVE ACTIVITY';
  const columns = columnsFor(Math.max(0, width - MARK));
  const head = height >= 9 && width >= 58 ? [[gap(MARK), ...headRow(columns)]] : [];
  const lines = liveRows(view, width, Math.max(0, height - head.length), MARK);
  if (lines.length === 0) return { title, badge: badge(view), lines: emptyLines(view) };
  return { title, badge: badge(view), lines: [...head, ...lines], whole: true };
};

/** Before each row: the cursor must be seen without colours too. */
const MARK = 2;

/** The activities that are in view, at most `rows` of them; `mark` cells are left for the cursor. */
export function liveRows(view: View, width: number, rows: number, mark: number): readonly Line[] {
  const { glyphs } = view;
  const { live } = view.model;
  const columns = columnsFor(Math.max(0, width - mark));
  const shown = shownActivities(typing(view));
  const cursor = cursorIn(shown, live);
  const end = live.follow
    ? shown.length
    : Math.min(shown.length, Math.max(rows, cursor + Math.ceil(rows / 2)));
  const start = Math.max(0, end - rows);
  return shown.slice(start, end).map((activity, index): Line => {
    const here = !live.follow && start + index === cursor;
    const line = hitting(`row:${activity.seq}`, [
      span('key', (here ? glyphs.mark : '').padEnd(mark)),
      ...activityRow(activity, columns, glyphs),
    ]);
    return here ? padLine(line, width, 'selected') : line;
  });
}

/** A filter is seen at work while it is typed. */
function typing({ model }: View) {
  if (model.prompt === undefined) return model;
  const filter = model.prompt.text;
  return { ...model, live: { ...model.live, filter, filtering: filter !== '' } };
}

function badge({ model }: View): Line {
  if (model.facts === undefined) return [];
  const { live } = model;
  const filter =
    live.filter === '' || !live.filtering ? [] : [span('accent', `filter ${live.filter}`), gap(2)];
  const tail = live.follow
    ? span('ok', 'live')
    : span('warn', live.missed === 0 ? 'paused' : `paused +${live.missed}`);
  return [...filter, tail];
}

/** Where nothing is to be shown: why, and what to do. */
export function emptyLines({ model, glyphs }: View): readonly Line[] {
  if (model.facts === undefined) return [];
  if (model.activities.length > 0) return [[span('dim', 'nothing fits the filter; f clears it')]];
  return [
    [span('text', 'Nothing yet. Send an agent through it:')],
    [],
    [span('key', '  waterwall run -- claude')],
    [],
    [span('dim', 'or see what would happen: '), span('key', 'waterwall demo')],
    [],
    [
      span('out', glyphs.out),
      span('dim', ' what leaves   '),
      span('in', glyphs.in),
      span('dim', ' what comes back'),
    ],
  ];
}

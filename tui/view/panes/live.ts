import { cursorIn, shownActivities } from '../../model/live.ts';
import { gap, type Line, padLine, span } from '../../text/line.ts';
import type { PaneRenderer, View } from '../view.ts';
import { activityRow, columnsFor, headRow } from './activity-row.ts';

/** 1 LIVE ACTIVITY: what goes out and comes in, as it happens. */
export const renderLive: PaneRenderer = (view, width, height) => {
  const { model, glyphs } = view;
  const shown = shownActivities(typing(view));
  const { live } = model;
  if (shown.length === 0)
    return { title: '1 LIVE ACTIVITY', badge: badge(view), lines: empty(view) };
  // A mark before each row: the cursor must be seen without colours too.
  const columns = columnsFor(Math.max(0, width - 2));
  const head = height >= 9 && width >= 58 ? [[gap(2), ...headRow(columns)]] : [];
  const rows = Math.max(0, height - head.length);
  const cursor = cursorIn(shown, live);
  const end = live.follow
    ? shown.length
    : Math.min(shown.length, Math.max(rows, cursor + Math.ceil(rows / 2)));
  const start = Math.max(0, end - rows);
  const lines = shown.slice(start, end).map((activity, index): Line => {
    const here = !live.follow && start + index === cursor;
    const line = [
      span('key', here ? `${glyphs.mark} ` : '  '),
      ...activityRow(activity, columns, glyphs),
    ];
    return here ? padLine(line, width, 'selected') : line;
  });
  return { title: '1 LIVE ACTIVITY', badge: badge(view), lines: [...head, ...lines], whole: true };
};

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

function empty({ model }: View): readonly Line[] {
  if (model.facts === undefined) return [];
  if (model.activities.length > 0) return [[span('dim', 'nothing fits the filter; f clears it')]];
  return [
    [span('dim', 'nothing yet; send an agent through it:')],
    [span('key', 'waterwall run -- claude')],
  ];
}

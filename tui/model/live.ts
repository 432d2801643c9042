import type { Activity } from '../../lib/control/activities.ts';
import { parseFilter } from './filter.ts';
import { KEPT, type LiveView, type Model } from './model.ts';

/** The activities that the filter lets through, oldest first. */
export function shownActivities({
  activities,
  live,
}: Pick<Model, 'activities' | 'live'>): readonly Activity[] {
  return live.filtering && live.filter !== ''
    ? activities.filter(parseFilter(live.filter))
    : activities;
}

/** Where the cursor stands in a list; -1 where the list is empty. */
export function cursorIn(shown: readonly Activity[], { follow, selected }: LiveView): number {
  if (follow || selected === undefined) return shown.length - 1;
  // What it stood on may have been forgotten, or filtered out: then what comes next.
  const at = shown.findIndex(({ seq }) => seq >= selected);
  return at === -1 ? shown.length - 1 : at;
}

/** Moves the cursor; whoever moves up stops the tail, whoever moves past the end starts it again. */
export function moveCursor(model: Model, by: number): Model {
  const shown = shownActivities(model);
  if (shown.length === 0) return model;
  const to = cursorIn(shown, model.live) + by;
  if (to >= shown.length) return { ...model, live: following(model.live) };
  const selected = shown[Math.max(0, to)]?.seq;
  const missed = model.live.follow ? 0 : model.live.missed;
  return { ...model, live: { ...model.live, follow: false, selected, missed } };
}

export function following(live: LiveView): LiveView {
  return { ...live, follow: true, selected: undefined, missed: 0 };
}

export function pausedAt(model: Model): LiveView {
  const shown = shownActivities(model);
  return { ...model.live, follow: false, selected: shown.at(-1)?.seq, missed: 0 };
}

/** Takes in one more. */
export function withActivity(model: Model, activity: Activity): Model {
  const last = model.activities.at(-1);
  if (last !== undefined && activity.seq <= last.seq) return model;
  const activities = [...model.activities, activity].slice(-KEPT);
  const { live } = model;
  if (live.follow) return { ...model, activities };
  const counts = !live.filtering || parseFilter(live.filter)(activity);
  return { ...model, activities, live: counts ? { ...live, missed: live.missed + 1 } : live };
}

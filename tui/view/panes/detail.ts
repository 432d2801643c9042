import type { Activity } from '../../../lib/control/activities.ts';
import { cursorIn, shownActivities } from '../../model/live.ts';
import { count, milliseconds } from '../../text/format.ts';
import { gap, type Line, span } from '../../text/line.ts';
import type { Glyphs } from '../../theme/glyphs.ts';
import type { PaneRenderer } from '../view.ts';
import { directionOf, typeList, whatHappened } from './activity-row.ts';

/** 1· DETAIL: the activity under the cursor; only where there is room for it. */
export const renderDetail: PaneRenderer = ({ model, glyphs }) => {
  const shown = shownActivities(model);
  const activity = shown[cursorIn(shown, model.live)];
  const lines = activity === undefined ? [] : detailLines(activity, glyphs);
  return { title: '1\u00b7 DETAIL', badge: [span('dim', 'Enter: all of it')], lines };
};

/** Everything that is known of an activity. Never a value. */
export function detailLines(activity: Activity, glyphs: Glyphs): readonly Line[] {
  const { glyph, word, role } = directionOf(activity, glyphs);
  const field = (label: string, ...rest: Line): Line => [span('label', label.padEnd(13)), ...rest];
  const text = (label: string, value: string | number | undefined): Line[] =>
    value === undefined || value === '' ? [] : [field(label, span('text', String(value)))];
  const { types = [], placeholders = [] } = activity;
  return [
    [
      span(role, `${glyph} ${word}`),
      gap(2),
      span('strong', localTime(activity.ts)),
      gap(2),
      ...whatHappened(activity, glyphs),
    ],
    ...text('session', activity.session),
    ...text('agent', activity.agent),
    ...text('request', activity.request),
    ...text(
      'sent to',
      [activity.method, `${activity.host ?? ''}${activity.path ?? ''}`].filter(Boolean).join(' '),
    ),
    ...text('status', activity.status),
    ...(types.length > 0 ? [field('types', ...typeList(types, glyphs))] : []),
    ...placeholders.map(({ type, hmac, count: times }, index) =>
      field(
        index === 0 ? 'placeholders' : '',
        span('accent', `<pl:${type}:${hmac}>`),
        span('dim', times > 1 ? ` ${times} times` : ''),
      ),
    ),
    ...latency(activity, field),
    ...text('audit line', activity.line === undefined ? undefined : count(activity.line)),
    ...text('code', activity.code),
  ];
}

function latency(
  activity: Activity,
  field: (label: string, ...rest: Line) => Line,
): readonly Line[] {
  const { latency_ms: added, redact_ms: redact, answer_ms: answer, total_ms: total } = activity;
  const rest = added === undefined || redact === undefined ? undefined : added - redact;
  const parts: readonly (readonly [string, number | undefined])[] = [
    ['added by Waterwall', added],
    ['  to find and replace', redact],
    ['  to record and send', rest],
    ['until the provider answered', answer],
    ['in all', total],
  ];
  return parts
    .flatMap(([name, value]) => (value === undefined ? [] : [[name, Math.max(0, value)] as const]))
    .map(([name, value], index) =>
      field(
        index === 0 ? 'time' : '',
        span('strong', `${milliseconds(value).padStart(5)} ms`),
        span('dim', `  ${name}`),
      ),
    );
}

/** With its milliseconds, on the clock of whoever looks. */
function localTime(ts: string): string {
  const date = new Date(ts);
  const two = (value: number): string => String(value).padStart(2, '0');
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${parts}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

import type { Activity } from '../../../lib/control/activities.ts';
import { cursorIn, shownActivities } from '../../model/live.ts';
import { count, milliseconds } from '../../text/format.ts';
import { beside, gap, type Line, span } from '../../text/line.ts';
import type { Glyphs } from '../../theme/glyphs.ts';
import type { PaneRenderer } from '../view.ts';
import { directionOf, typeList, whatHappened } from './activity-row.ts';

/** 1· DETAIL: the activity under the cursor; only where there is room for it. */
export const renderDetail: PaneRenderer = ({ model, glyphs }, width) => {
  const shown = shownActivities(model);
  const activity = shown[cursorIn(shown, model.live)];
  const lines = activity === undefined ? [] : sideBySide(activity, glyphs, width);
  return { title: '1\u00b7 DETAIL', badge: [span('dim', 'Enter: all of it')], lines };
};

const LABEL = 11;
const UUID = 36;

/** Two columns, where each has room for a session's id. */
function sideBySide(activity: Activity, glyphs: Glyphs, width: number): readonly Line[] {
  const { head, exchange, found } = detailParts(activity, glyphs, width < 92 ? LABEL : 8);
  if (width < 92) return [head, ...exchange, ...found];
  const left = LABEL + UUID;
  return [
    head,
    [],
    ...beside(
      [
        { lines: exchange, width: left },
        { lines: found, width: width - left - 2 },
      ],
      2,
    ),
  ];
}

/** Everything that is known of an activity. Never a value. */
export function detailLines(activity: Activity, glyphs: Glyphs): readonly Line[] {
  const { head, exchange, found } = detailParts(activity, glyphs, LABEL);
  return [head, ...exchange, ...found];
}

/** The request and its answer, and what was found in them. */
interface DetailParts {
  readonly head: Line;
  readonly exchange: readonly Line[];
  readonly found: readonly Line[];
}

function detailParts(activity: Activity, glyphs: Glyphs, foundLabel: number): DetailParts {
  const { glyph, word, role } = directionOf(activity, glyphs);
  const field = (label: string, ...rest: Line): Line => [
    span('label', label.padEnd(LABEL)),
    ...rest,
  ];
  const finding = (label: string, ...rest: Line): Line => [
    span('label', label.padEnd(foundLabel)),
    ...rest,
  ];
  const text = (label: string, value: string | number | undefined): Line[] =>
    value === undefined || value === '' ? [] : [field(label, span('text', String(value)))];
  const { types = [], placeholders = [] } = activity;
  return {
    head: [
      span(role, `${glyph} ${word}`),
      gap(2),
      span('strong', localTime(activity.ts)),
      gap(2),
      ...whatHappened(activity, glyphs),
    ],
    exchange: [
      ...text('session', activity.session),
      ...text('agent', activity.agent),
      ...text('request', activity.request),
      ...text(
        'sent to',
        [activity.method, `${activity.host ?? ''}${activity.path ?? ''}`].filter(Boolean).join(' '),
      ),
      ...text('status', activity.status),
      ...text('code', activity.code),
      ...text('audit line', activity.line === undefined ? undefined : count(activity.line)),
    ],
    found: [
      ...(types.length > 0 ? [finding('types', ...typeList(types, glyphs))] : []),
      ...placeholders.map(({ type, hmac, count: times }, index) =>
        finding(
          index === 0 ? 'sent as' : '',
          span('accent', `<pl:${type}:${hmac}>`),
          span('dim', times > 1 ? `${glyphs.braille ? '\u00d7' : 'x'}${times}` : ''),
        ),
      ),
      ...latency(activity, finding),
    ],
  };
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
    ['until the answer', answer],
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

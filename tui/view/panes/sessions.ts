import type { SessionRow } from '../../../lib/control/session-rows.ts';
import { clock, span as duration, shortCount, shortHost, shortSession } from '../../text/format.ts';
import {
  clipLine,
  gap,
  type Line,
  lineWidth,
  type Role,
  type Span,
  span,
} from '../../text/line.ts';
import { course } from '../../text/spark.ts';
import type { Glyphs } from '../../theme/glyphs.ts';
import type { PaneRenderer } from '../view.ts';
import { typeList } from './activity-row.ts';
import { isIdle, sessionBlock } from './session-block.ts';

/** 6 ACTIVE SESSIONS: who talks, to whom, and what of theirs was kept back. */
export const renderSessions: PaneRenderer = ({ model, now, glyphs }, width, height) => {
  const title = '6 ACTIVE SESSIONS';
  const { facts } = model;
  if (facts === undefined) return { title, lines: [] };
  const sessions = inOrder(facts.sessions, now);
  if (sessions.length === 0) return { title, lines: [[span('dim', 'no session yet')]] };
  const active = sessions.filter((each) => !isIdle(each, now)).length;
  const badge = [span('dim', `${active} active of ${sessions.length}`)];
  if (model.zoom && model.focus === 'sessions' && height >= 8) {
    const blocks = sessions.map((each) => sessionBlock(each, width, now, glyphs));
    return {
      title,
      badge,
      lines: blocks.flatMap((lines, at) => (at === 0 ? lines : [[], ...lines])),
    };
  }
  const columns = columnsFor(width);
  return {
    title,
    badge,
    lines: [
      tableRow(columns, (name) => [span('dim', HEADS[name] ?? name)], [
        span('dim', 'types redacted'),
      ]),
      ...sessions.map((each) => {
        const idle = isIdle(each, now);
        const read = (name: Name): Line => {
          const line = FIELDS[name](each, { now, glyphs, columns });
          return idle ? line.map(({ text }) => span('dim', text)) : line;
        };
        return tableRow(columns, read, typeList(each.types, glyphs));
      }),
    ],
  };
};

/** Who talks comes first, whose secrets were kept back before others; rows keep their places. */
function inOrder(sessions: readonly SessionRow[], now: number): readonly SessionRow[] {
  const idle = (each: SessionRow): number => Number(isIdle(each, now));
  return [...sessions].sort(
    (a, b) =>
      idle(a) - idle(b) || b.redactions - a.redactions || (a.first_ts < b.first_ts ? -1 : 1),
  );
}

type Name =
  | 'session'
  | 'agent'
  | 'host'
  | 'sent'
  | 'answered'
  | 'now'
  | 'redacted'
  | 'restored'
  | 'unknown'
  | 'age'
  | 'last'
  | 'minute';

const HEADS: Readonly<Partial<Record<Name, string>>> = { minute: 'last minute' };

interface Columns {
  readonly widths: readonly (readonly [Name, number])[];
  readonly types: number;
}

/** What is shown, by the room there is; the first is the last to go. */
const BY_WEIGHT: readonly (readonly [name: Name, narrow: number, wide: number])[] = [
  ['session', 8, 22],
  ['redacted', 8, 8],
  ['agent', 9, 10],
  ['last', 8, 8],
  ['sent', 5, 5],
  ['host', 10, 20],
  ['unknown', 7, 7],
  ['restored', 8, 8],
  ['age', 6, 6],
  ['minute', 12, 12],
  ['answered', 8, 8],
  ['now', 3, 3],
];

const ORDER: readonly Name[] = [
  'session',
  'agent',
  'host',
  'sent',
  'answered',
  'now',
  'redacted',
  'restored',
  'unknown',
  'age',
  'last',
  'minute',
];

/** What was kept back says more than how busy a minute was. */
const typesWanted = (width: number): number => (width >= 100 ? 34 : 22);

function columnsFor(width: number): Columns {
  const wide = width >= 130;
  const wanted = typesWanted(width);
  let room = width - wanted;
  const kept = new Map<Name, number>();
  for (const [name, narrow, broad] of BY_WEIGHT) {
    const size = wide ? broad : narrow;
    if (room < size + 1 && kept.size > 0) break;
    kept.set(name, size);
    room -= size + 1;
  }
  const widths = ORDER.flatMap((name) => {
    const size = kept.get(name);
    return size === undefined ? [] : [[name, size] as const];
  });
  return { widths, types: Math.max(0, room + wanted) };
}

const RIGHT: ReadonlySet<Name> = new Set([
  'sent',
  'answered',
  'now',
  'redacted',
  'restored',
  'unknown',
  'age',
]);

function tableRow(columns: Columns, read: (name: Name) => Line, types: Line): Line {
  const cells = columns.widths.flatMap(([name, width]): Line => {
    const cell = clipLine(read(name), width);
    const fill = gap(width - lineWidth(cell));
    return RIGHT.has(name) ? [fill, ...cell, gap(1)] : [...cell, fill, gap(1)];
  });
  return [...cells, ...clipLine(types, columns.types)];
}

interface Surroundings {
  readonly now: number;
  readonly glyphs: Glyphs;
  readonly columns: Columns;
}

const text = (value: string, role: Role = 'text'): readonly [Span] => [span(role, value)];

const FIELDS: Readonly<Record<Name, (each: SessionRow, around: Surroundings) => Line>> = {
  session: ({ session }, { columns }) => {
    const width = widthOf(columns, 'session');
    return text(session === null ? 'no id' : width > 8 ? session : shortSession(session), 'strong');
  },
  agent: ({ agent }) => text(agent ?? '\u2013'),
  host: ({ host }, { columns }) => text(widthOf(columns, 'host') >= 20 ? host : shortHost(host)),
  sent: ({ requests }) => text(shortCount(requests)),
  answered: ({ answers }) => text(shortCount(answers)),
  now: ({ in_flight: now }) => text(shortCount(now), now > 0 ? 'accent' : 'dim'),
  redacted: ({ redactions }) => text(shortCount(redactions), redactions > 0 ? 'out' : 'text'),
  restored: ({ restored }) => text(shortCount(restored)),
  unknown: ({ unknown_placeholders: count }) =>
    text(shortCount(count), count > 0 ? 'alarm' : 'dim'),
  age: ({ first_ts: since }, { now }) => text(duration((now - Date.parse(since)) / 1000)),
  last: ({ last_ts: last }) => text(clock(last), 'dim'),
  minute: ({ recent }, { glyphs }) => course(recent, 12, glyphs),
};

function widthOf({ widths }: Columns, wanted: Name): number {
  return widths.find(([name]) => name === wanted)?.[1] ?? 0;
}

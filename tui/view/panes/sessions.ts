import type { SessionRow } from '../../../lib/control/session-rows.ts';
import { fit } from '../../text/cells.ts';
import { clock, span as duration, shortCount, shortHost, shortSession } from '../../text/format.ts';
import {
  type Cell,
  clipLine,
  gap,
  type Line,
  lineWidth,
  type Role,
  row,
  span,
} from '../../text/line.ts';
import { sparkline } from '../../text/spark.ts';
import type { Glyphs } from '../../theme/glyphs.ts';
import type { PaneRenderer } from '../view.ts';
import { typeList } from './activity-row.ts';

/** Ten minutes without a request. */
const IDLE_AFTER = 600_000;

/** 6 ACTIVE SESSIONS: who talks, to whom, and what of theirs was kept back. */
export const renderSessions: PaneRenderer = ({ model, now, glyphs }, width) => {
  const title = '6 ACTIVE SESSIONS';
  const { facts } = model;
  if (facts === undefined) return { title, lines: [] };
  const sessions = [...facts.sessions].sort((a, b) => (a.last_ts < b.last_ts ? 1 : -1));
  if (sessions.length === 0) return { title, lines: [[span('dim', 'no session yet')]] };
  const columns = columnsFor(width);
  const active = sessions.filter((each) => now - Date.parse(each.last_ts) < IDLE_AFTER).length;
  return {
    title,
    badge: [span('dim', `${active} active of ${sessions.length}`)],
    lines: [
      tableRow(columns, () => undefined, [span('dim', 'types redacted')]),
      ...sessions.map((each) => {
        const idle = now - Date.parse(each.last_ts) >= IDLE_AFTER;
        const types = typeList(each.types, glyphs);
        const read = (name: Name): Field => FIELDS[name](each, { now, glyphs, columns });
        return tableRow(
          columns,
          (name) => (idle ? { ...read(name), role: 'dim' } : read(name)),
          types,
        );
      }),
    ],
  };
};

type Name =
  | 'session'
  | 'agent'
  | 'host'
  | 'sent'
  | 'answered'
  | 'redacted'
  | 'restored'
  | 'unknown'
  | 'age'
  | 'last'
  | 'minute';

interface Field {
  readonly text: string;
  readonly role: Role;
}

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
];

const ORDER: readonly Name[] = [
  'session',
  'agent',
  'host',
  'sent',
  'answered',
  'redacted',
  'restored',
  'unknown',
  'age',
  'last',
  'minute',
];

const TYPES_WANTED = 22;

function columnsFor(width: number): Columns {
  const wide = width >= 130;
  let room = width - TYPES_WANTED;
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
  return { widths, types: Math.max(0, room + TYPES_WANTED) };
}

const RIGHT: ReadonlySet<Name> = new Set([
  'sent',
  'answered',
  'redacted',
  'restored',
  'unknown',
  'age',
]);

function tableRow(columns: Columns, read: (name: Name) => Field | undefined, types: Line): Line {
  const cells = columns.widths.map(([name, width]): Cell => {
    const { text, role } = read(name) ?? {
      text: name === 'minute' ? 'last minute' : name,
      role: 'dim',
    };
    return { width, role, text, align: RIGHT.has(name) ? 'right' : 'left' };
  });
  const shown = clipLine(types, columns.types);
  return [...row(cells), gap(1), ...shown, gap(columns.types - lineWidth(shown))];
}

interface Surroundings {
  readonly now: number;
  readonly glyphs: Glyphs;
  readonly columns: Columns;
}

const text = (value: string): Field => ({ text: value, role: 'text' });

const FIELDS: Readonly<Record<Name, (each: SessionRow, around: Surroundings) => Field>> = {
  session: ({ session }, { columns }) => {
    const width = columns.widths.find(([name]) => name === 'session')?.[1] ?? 8;
    return {
      text: session === null ? 'no id' : width > 8 ? session : shortSession(session),
      role: 'strong',
    };
  },
  agent: ({ agent }) => text(agent ?? '\u2013'),
  host: ({ host }, { columns }) => {
    const width = columns.widths.find(([name]) => name === 'host')?.[1] ?? 0;
    return text(width >= 20 ? host : shortHost(host));
  },
  sent: ({ requests }) => text(shortCount(requests)),
  answered: ({ answers }) => text(shortCount(answers)),
  redacted: ({ redactions }) => ({
    text: shortCount(redactions),
    role: redactions > 0 ? 'out' : 'text',
  }),
  restored: ({ restored }) => text(shortCount(restored)),
  unknown: ({ unknown_placeholders: count }) => ({
    text: shortCount(count),
    role: count > 0 ? 'alarm' : 'dim',
  }),
  age: ({ first_ts: since }, { now }) => text(duration((now - Date.parse(since)) / 1000)),
  last: ({ last_ts: last }) => ({ text: clock(last), role: 'dim' }),
  minute: ({ recent }, { glyphs }) => ({
    text: fit(sparkline(recent, 12, glyphs), 12),
    role: 'spark',
  }),
};

import type { Activity } from '../../../lib/control/activities.ts';
import { fit, textWidth } from '../../text/cells.ts';
import { bytes, clock, milliseconds, shortHost, shortSession } from '../../text/format.ts';
import {
  clipLine,
  gap,
  type Line,
  lineWidth,
  padLine,
  type Role,
  type Span,
  span,
} from '../../text/line.ts';
import type { Glyphs } from '../../theme/glyphs.ts';

/** What a row of activities shows, by the room there is. */
export interface Columns {
  /** 6: glyph and word; 1: the glyph. */
  readonly direction: 1 | 6;
  /** 0: left out, as all that follow. */
  readonly session: number;
  readonly agent: number;
  readonly host: number;
  readonly request: number;
  readonly added: number;
  readonly what: number;
  readonly width: number;
}

const TIME = 8;

export function columnsFor(width: number): Columns {
  const direction = width >= 58 ? 6 : 1;
  const session = width >= 34 ? 8 : 0;
  const agent = width >= 76 ? 9 : 0;
  const host = width >= 90 ? 18 : width >= 62 ? 10 : width >= 48 ? 9 : 0;
  const request = width >= 120 ? 12 : 0;
  const added = width >= 54 ? 5 : 0;
  const fixed = [TIME, direction, session, agent, host, request, added].filter((each) => each > 0);
  const taken = fixed.reduce((sum, each) => sum + each + 1, 0);
  return {
    direction,
    session,
    agent,
    host,
    request,
    added,
    what: Math.max(0, width - taken),
    width,
  };
}

/** The names of the columns. */
export function headRow(columns: Columns): Line {
  const direction = columns.direction === 1 ? '' : 'dir';
  return joined(columns, {
    time: [span('dim', fit('time', TIME))],
    direction: span('dim', fit(direction, columns.direction)),
    session: span('dim', fit('session', columns.session)),
    agent: span('dim', fit('agent', columns.agent)),
    host: span('dim', fit('host', columns.host)),
    request: span('dim', fit('request', columns.request)),
    what: [span('dim', 'what')],
    added: span('dim', fit('+ms', columns.added, 'right')),
  });
}

/** One activity as a row of exactly the columns' width. */
export function activityRow(activity: Activity, columns: Columns, glyphs: Glyphs): Line {
  const { glyph, word, role } = directionOf(activity, glyphs);
  const direction = columns.direction === 1 ? glyph : fit(`${glyph} ${word}`, 6);
  if (activity.kind === 'notice') {
    // It concerns no session: the text has their room.
    const head: Line = [span('dim', clock(activity.ts)), gap(1), span(role, direction), gap(1)];
    return padLine([...head, ...whatHappened(activity, glyphs)], columns.width);
  }
  const { host = '' } = activity;
  const added = activity.kind === 'out' ? `+${milliseconds(activity.latency_ms)}` : '';
  return joined(columns, {
    time: [span('dim', clock(activity.ts))],
    direction: span(role, direction),
    session: span(
      'label',
      fit(activity.session ? shortSession(activity.session) : '', columns.session),
    ),
    agent: span('dim', fit(activity.agent ?? '', columns.agent)),
    host: span('label', fit(columns.host >= 18 ? host : shortHost(host), columns.host)),
    request: span('dim', fit(activity.request ?? '', columns.request)),
    what: whatHappened(activity, glyphs),
    added: span('dim', fit(added === '+\u2013' ? '' : added, columns.added, 'right')),
  });
}

interface Pieces {
  readonly time: Line;
  readonly direction: Span;
  readonly session: Span;
  readonly agent: Span;
  readonly host: Span;
  readonly request: Span;
  readonly what: Line;
  readonly added: Span;
}

function joined(columns: Columns, pieces: Pieces): Line {
  const what = clipLine(pieces.what, columns.what);
  const cells: Line[] = [
    pieces.time,
    [pieces.direction],
    ...(['session', 'agent', 'host', 'request'] as const).flatMap((name) =>
      columns[name] > 0 ? [[pieces[name]]] : [],
    ),
    [...what, gap(columns.what - lineWidth(what))],
    ...(columns.added > 0 ? [[pieces.added]] : []),
  ];
  return cells.flatMap((cell, index) => (index === 0 ? cell : [gap(1), ...cell]));
}

/** Which way it went, as sign, word and colour. */
export function directionOf(
  { kind, unknown = 0 }: Activity,
  glyphs: Glyphs,
): { readonly glyph: string; readonly word: string; readonly role: Role } {
  switch (kind) {
    case 'out':
      return { glyph: glyphs.out, word: 'OUT', role: 'out' };
    case 'in':
      return unknown > 0
        ? { glyph: glyphs.warn, word: 'IN', role: 'alarm' }
        : { glyph: glyphs.in, word: 'IN', role: 'in' };
    case 'refused':
      return { glyph: glyphs.bad, word: 'STOP', role: 'alarm' };
    case 'failed':
      return { glyph: glyphs.bad, word: 'ERR', role: 'warn' };
    case 'tunnel':
      return { glyph: glyphs.tunnel, word: 'TUN', role: 'dim' };
    case 'notice':
      return { glyph: glyphs.warn, word: 'NOTE', role: 'accent' };
  }
}

/** What happened, in the words of whoever looks. */
export function whatHappened(activity: Activity, glyphs: Glyphs): Line {
  const { count = 0, unknown = 0, status = 0, types = [] } = activity;
  switch (activity.kind) {
    case 'out':
      return count === 0 ? [span('dim', 'clean')] : typeList(types, glyphs);
    case 'in': {
      const parts: Span[] = [];
      if (unknown > 0) {
        parts.push(span('alarm', `${unknown} unknown placeholder${unknown === 1 ? '' : 's'}`));
      }
      if (count > 0) parts.push(span('in', `${count} restored`));
      if (status >= 400) parts.push(span('warn', `status ${status}`));
      if (parts.length === 0) parts.push(span('dim', 'answered'));
      return parts.flatMap((part, index) => (index === 0 ? [part] : [gap(1), part]));
    }
    case 'refused':
      return [span('alarm', `refused: ${activity.code ?? 'unknown'}`)];
    case 'failed':
      return [
        span('warn', activity.code === undefined ? 'broken off' : `failed: ${activity.code}`),
      ];
    case 'tunnel':
      return [span('dim', `tunnel closed, ${bytes(activity.bytes ?? 0)}`)];
    case 'notice':
      return [span('accent', activity.text ?? '')];
  }
}

/** `AWS_ACCESS_KEY×2 EMAIL`. */
export function typeList(types: Activity['types'], glyphs: Pick<Glyphs, 'braille'>): Line {
  const times = glyphs.braille ? '\u00d7' : 'x';
  return (types ?? []).flatMap(({ type, count }, index) => [
    ...(index === 0 ? [] : [gap(1)]),
    span('out', type),
    ...(count > 1 ? [span('label', `${times}${count}`)] : []),
  ]);
}

/** Cells that the list takes. */
export function typeListWidth(types: Activity['types']): number {
  return textWidth(
    typeList(types, { braille: true })
      .map(({ text }) => text)
      .join(''),
  );
}

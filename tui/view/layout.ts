import type { Pane } from '../model/model.ts';
import type { Rect } from './canvas.ts';

/** Panes and what is added to them where there is room: the details of an activity, hosts. */
export type Part = Pane | 'detail' | 'hosts';

/** Where everything is. */
export interface Layout {
  /** `strip`: no panes at all; `single`: one pane; `full`: all. */
  readonly kind: 'strip' | 'single' | 'full';
  readonly header: Rect;
  /** Absent while nothing is wrong. */
  readonly alarm?: Rect;
  readonly footer: Rect;
  readonly parts: readonly (readonly [Part, Rect])[];
}

export interface LayoutNeeds {
  readonly width: number;
  readonly height: number;
  readonly focus: Pane;
  readonly zoom: boolean;
  readonly alarm: boolean;
  /** How many there are to show. */
  readonly sessions: number;
}

/** Lays the screen out. Every part lies inside of it, and none over another. */
export function layOut(needs: LayoutNeeds): Layout {
  const { width, height, focus, zoom, alarm } = needs;
  const small = width < 50 || height < 12;
  // Whoever asks for a pane by name gets it, as long as it is more than a frame.
  if (small && (!zoom || width < 24 || height < 8)) return strip(width, height, alarm);
  const wide = width >= 170 && height >= 45;
  const alarmRows = alarm ? 1 : 0;
  const headerRows = wide ? 2 : 1;
  const header: Rect = { x: 0, y: alarmRows, width, height: headerRows };
  const footer: Rect = { x: 0, y: height - 1, width, height: 1 };
  const top = alarmRows + headerRows;
  const body: Rect = { x: 0, y: top, width, height: height - 1 - top };
  const around = {
    header,
    footer,
    ...(alarm ? { alarm: { x: 0, y: 0, width, height: 1 } } : {}),
  };
  const single = width < 80 || height < 24;
  const sessions = needs.sessions + SESSIONS_FRAME;
  if (single || zoom) {
    return { ...around, kind: single ? 'single' : 'full', parts: zoomed(focus, body) };
  }
  return {
    ...around,
    kind: 'full',
    parts: wide ? wideParts(body, sessions) : parts(body, sessions),
  };
}

/** The border and the names of the columns. */
const SESSIONS_FRAME = 3;

function strip(width: number, height: number, alarm: boolean): Layout {
  const alarmRows = alarm && height > 1 ? 1 : 0;
  const rest = height - alarmRows;
  const footerRows = rest >= 3 ? 1 : 0;
  return {
    kind: 'strip',
    header: { x: 0, y: alarmRows, width, height: rest - footerRows },
    footer: { x: 0, y: height - footerRows, width, height: footerRows },
    ...(alarmRows > 0 ? { alarm: { x: 0, y: 0, width, height: 1 } } : {}),
    parts: [],
  };
}

/** One pane has all the room; where it is large, activities keep their details beside them. */
function zoomed(focus: Pane, body: Rect): Layout['parts'] {
  if (focus !== 'live' || body.height < 30) return [[focus, body]];
  const [upper, lower] = stacked(body, [body.height - 11, 11]);
  return [
    ['live', upper as Rect],
    ['detail', lower as Rect],
  ];
}

/** 80×24 up to where a third column pays. */
function parts(body: Rect, wanted: number): Layout['parts'] {
  const tall = body.height >= 34;
  const middle = tall ? 9 : body.height >= 28 ? 7 : 6;
  const most = Math.max(5, Math.min(10, Math.round(body.height * 0.24)));
  const sessions = Math.max(5, Math.min(most, wanted));
  const [a, b, c] = stacked(body, [body.height - middle - sessions, middle, sessions]);
  const right = Math.max(30, Math.round(body.width * 0.36));
  const [live, counters] = abreast(a as Rect, [body.width - right, right]);
  const third = Math.floor(body.width / 3);
  const [killswitch, map, chain] = abreast(b as Rect, [
    third - 1,
    third + 1,
    body.width - 2 * third,
  ]);
  return [
    ['live', live as Rect],
    ['counters', counters as Rect],
    ['killswitch', killswitch as Rect],
    ['map', map as Rect],
    ['chain', chain as Rect],
    ['sessions', c as Rect],
  ];
}

function wideParts(body: Rect, wanted: number): Layout['parts'] {
  const most = Math.max(8, Math.round(body.height * 0.2));
  const sessionRows = Math.max(6, Math.min(most, wanted));
  const [upper, lower] = stacked(body, [body.height - sessionRows, sessionRows]);
  const leftWidth = Math.round(body.width * 0.5);
  const middleWidth = Math.round(body.width * 0.26);
  const [left, middle, right] = abreast(upper as Rect, [
    leftWidth,
    middleWidth,
    body.width - leftWidth - middleWidth,
  ]);
  const height = (upper as Rect).height;
  const [live, detail] = stacked(left as Rect, [height - 11, 11]);
  const counterRows = Math.ceil(height * 0.58);
  const [counters, hosts] = stacked(middle as Rect, [counterRows, height - counterRows]);
  const switchRows = 11;
  const mapRows = Math.ceil((height - switchRows) / 2);
  const [killswitch, map, chain] = stacked(right as Rect, [
    switchRows,
    mapRows,
    height - switchRows - mapRows,
  ]);
  return [
    ['live', live as Rect],
    ['detail', detail as Rect],
    ['counters', counters as Rect],
    ['hosts', hosts as Rect],
    ['killswitch', killswitch as Rect],
    ['map', map as Rect],
    ['chain', chain as Rect],
    ['sessions', lower as Rect],
  ];
}

/** Cut into parts from the top on, or from the left. */
function stacked(rect: Rect, heights: readonly number[]): readonly Rect[] {
  return heights.map((height, at) => ({ ...rect, y: rect.y + sum(heights.slice(0, at)), height }));
}

function abreast(rect: Rect, widths: readonly number[]): readonly Rect[] {
  return widths.map((width, at) => ({ ...rect, x: rect.x + sum(widths.slice(0, at)), width }));
}

function sum(values: readonly number[]): number {
  return values.reduce((all, each) => all + each, 0);
}

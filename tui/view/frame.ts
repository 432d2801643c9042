import { unseenAlarms } from '../model/alarms.ts';
import type { ScrollLimits } from '../model/message.ts';
import type { Modal } from '../model/modal.ts';
import type { Pane } from '../model/model.ts';
import type { ChartData } from '../screen/chart.ts';
import { clip, textWidth } from '../text/cells.ts';
import { clipLine, gap, type Line, lineWidth, type Role, span } from '../text/line.ts';
import type { Glyphs } from '../theme/glyphs.ts';
import type { Theme } from '../theme/themes.ts';
import { alarmLine } from './alarm-bar.ts';
import { type Canvas, createCanvas, type Rect } from './canvas.ts';
import { footerLine } from './footer.ts';
import { headerLines } from './header.ts';
import { type Layout, layOut, type Part } from './layout.ts';
import { renderExport } from './modals/evidence.ts';
import { renderSwitch } from './modals/kill-switch.ts';
import { renderAlarms, renderDetails, renderHelp } from './modals/reading.ts';
import { renderReload } from './modals/reload.ts';
import { renderVerification } from './modals/verification.ts';
import { absentLines, offlineLines } from './panes/absent.ts';
import { renderChain } from './panes/chain.ts';
import { renderCounters } from './panes/counters.ts';
import { renderDetail } from './panes/detail.ts';
import { renderHosts } from './panes/hosts.ts';
import { renderKillSwitch } from './panes/kill-switch.ts';
import { renderLive } from './panes/live.ts';
import { renderMap } from './panes/map.ts';
import { renderSessions } from './panes/sessions.ts';
import { stripLines } from './strip.ts';
import type { ModalView, PaneChart, PaneRenderer, PaneView, View } from './view.ts';

/** A whole screen. */
export interface Frame {
  readonly canvas: Canvas;
  readonly layout: Layout;
  readonly limits: ScrollLimits;
  readonly chart?: ChartData;
  /** Something of it must be drawn again at the next flash. */
  readonly flashing: boolean;
}

/** What a frame is drawn of; where things are is found out here. */
export type Seen = Omit<View, 'hostsApart'>;

const RENDERERS: Readonly<Record<Part, PaneRenderer>> = {
  live: renderLive,
  counters: renderCounters,
  killswitch: renderKillSwitch,
  map: renderMap,
  chain: renderChain,
  sessions: renderSessions,
  detail: renderDetail,
  hosts: renderHosts,
};

/** Draws everything, for a screen of any size. */
export function drawFrame(seen: Seen, theme: Theme, width: number, height: number): Frame {
  const view: View = { ...seen, hostsApart: false };
  const canvas = createCanvas(width, height, { theme, glyphs: view.glyphs });
  const alarm = alarmLine(view, width);
  const { focus, zoom, modal } = view.model;
  const sessions = view.model.facts?.sessions.length ?? 0;
  const layout = layOut({ width, height, focus, zoom, alarm: alarm !== undefined, sessions });
  const limits: Partial<Record<Pane, number>> = {};

  const { header, footer } = layout;
  const heads =
    layout.kind === 'strip'
      ? stripLines(view, header.width, header.height)
      : headerLines(view, header.width, header.height);
  canvas.fill(header, layout.kind === 'strip' ? 'ground' : 'bar');
  heads.forEach((line, row) => {
    canvas.put(
      header.x,
      header.y + row,
      line,
      header.width,
      layout.kind === 'strip' ? undefined : 'bar',
    );
  });
  const hostsApart = layout.parts.some(([part]) => part === 'hosts');
  let chart: ChartData | undefined;
  for (const [part, rect] of layout.parts) {
    chart = drawPart(canvas, { ...view, hostsApart }, part, rect, limits) ?? chart;
  }
  if (modal !== undefined) {
    canvas.fade();
    const room: Rect = { ...layout.header, height: height - layout.header.y };
    drawModal(canvas, view, renderModal(view, modal, modalWidth(width)), room);
  }
  if (layout.alarm !== undefined && alarm !== undefined)
    canvas.put(0, layout.alarm.y, alarm, width);
  if (footer.height > 0 && modal === undefined) {
    canvas.fill(footer, 'bar');
    canvas.put(0, footer.y, footerLine(view, width), width, 'bar');
  }
  return {
    canvas,
    layout,
    limits,
    flashing: unseenAlarms(view.model).length > 0,
    ...(chart === undefined || modal !== undefined ? {} : { chart }),
  };
}

function drawPart(
  canvas: Canvas,
  view: View,
  part: Part,
  rect: Rect,
  limits: Partial<Record<Pane, number>>,
): ChartData | undefined {
  if (rect.width < 3 || rect.height < 3) return undefined;
  const { glyphs, model } = view;
  const width = rect.width - 4;
  const height = rect.height - 2;
  const pane = rendered(view, part, Math.max(0, width), height);
  const lines = model.facts === undefined ? absent(view, part, width, height) : pane.lines;
  const own = part === 'detail' || part === 'hosts' ? undefined : part;
  const most = pane.whole ? 0 : Math.max(0, lines.length - height);
  if (own !== undefined) limits[own] = most;
  const from = own === undefined ? 0 : Math.min(most, model.scroll[own] ?? 0);
  const focused = own !== undefined && own === model.focus;
  const role: Role = pane.tone === 'alarm' ? 'alarm' : focused ? 'focus' : 'border';
  const heavy = pane.tone === 'alarm' || focused;
  canvas.frame(rect, heavy ? glyphs.heavy : glyphs.frame, role);
  drawTitle(canvas, rect, pane, focused, role);
  lines.slice(from, from + height).forEach((line, row) => {
    canvas.put(rect.x + 2, rect.y + 1 + row, clipLine(line, width), Math.max(0, width));
  });
  if (!pane.whole) drawScrollMark(canvas, rect, glyphs, from, lines.length - from - height);
  return model.facts === undefined || pane.chart === undefined
    ? undefined
    : placed(pane.chart, rect, from);
}

/** In the lower border: how many lines there are above and below. */
function drawScrollMark(
  canvas: Canvas,
  rect: Rect,
  { up, more }: Glyphs,
  above: number,
  below: number,
): void {
  const parts = [above > 0 ? `${up} ${above}` : '', below > 0 ? `${more} ${below} more` : ''];
  const text = parts.filter(Boolean).join(' ');
  const mark = ` ${text} `;
  if (text === '' || textWidth(mark) >= rect.width - 4) return;
  const x = rect.x + rect.width - 2 - textWidth(mark);
  canvas.put(x, rect.y + rect.height - 1, [span('label', mark)]);
}

function placed(
  { from, rows, labels, lines }: PaneChart,
  rect: Rect,
  scrolled: number,
): ChartData | undefined {
  if (scrolled > 0) return undefined;
  const place = { x: rect.x + 1, y: rect.y + 1 + from, width: rect.width - 2, height: rows };
  return { rect: place, labels, lines };
}

function drawTitle(canvas: Canvas, rect: Rect, pane: PaneView, focused: boolean, role: Role): void {
  const room = rect.width - 4;
  const title = ` ${clip(pane.title, Math.max(0, room - 2))} `;
  if (room < 4) return;
  const look: Role = role === 'alarm' ? 'alarm' : focused ? 'strong' : 'label';
  // The digit is the key that leads here.
  const digit = /^ \d/.exec(title)?.[0] ?? '';
  canvas.put(rect.x + 1, rect.y, [span('key', digit), span(look, title.slice(digit.length))], room);
  const { badge = [] } = pane;
  const left = room - textWidth(title) - 2;
  const shown = clipLine(badge, left - 2);
  if (shown.length === 0 || left < 6) return;
  const wide = lineWidth(shown) + 2;
  canvas.put(rect.x + rect.width - 1 - wide - 1, rect.y, [gap(1), ...shown, gap(1)]);
}

/**
 * A daemon of another version may tell less than a pane shows. That pane says so; the others, and
 * the keys, are what they were.
 */
function rendered(view: View, part: Part, width: number, height: number): PaneView {
  try {
    return RENDERERS[part](view, width, height);
  } catch {
    const text = 'the daemon is of another version: restart it';
    return { title: part.toUpperCase(), lines: [[span('warn', text)]], tone: 'warn' };
  }
}

function absent(view: View, part: Part, width: number, height: number): readonly Line[] {
  const { focus, zoom, link } = view.model;
  const first = part === 'live' || (part === focus && zoom);
  return first && link.kind === 'offline' ? offlineLines(view, width) : absentLines(view, height);
}

function renderModal(view: View, modal: Modal, width: number): ModalView {
  switch (modal.kind) {
    case 'killswitch':
      return renderSwitch(view, modal, width);
    case 'verify':
      return renderVerification(view, modal, width);
    case 'export':
      return renderExport(view, modal, width);
    case 'reload':
      return renderReload(view, modal, width);
    case 'detail':
      return renderDetails(view, modal, width);
    case 'alarms':
      return renderAlarms(view, modal, width);
    case 'help':
      return renderHelp(view, modal, width);
  }
}

const WIDEST = 72;

/** Inside its border and one space at each side. */
function modalWidth(width: number): number {
  return Math.max(1, Math.min(WIDEST, width - 4));
}

function drawModal(canvas: Canvas, view: View, modal: ModalView, area: Rect): void {
  const width = modalWidth(canvas.width);
  const room = Math.max(1, area.height - 2);
  const lines = sparing(modal, room);
  const height = Math.min(lines.length, room);
  const last = Math.max(0, lines.length - height);
  const at = modal.at === undefined ? 0 : Math.max(0, modal.at - Math.floor(height / 2));
  const from = Math.min(last, modal.scroll ?? at);
  const rect: Rect = {
    x: Math.max(0, Math.floor((canvas.width - width - 4) / 2)),
    y: area.y + Math.max(0, Math.floor((area.height - height - 2) / 2)),
    width: Math.min(canvas.width, width + 4),
    height: Math.min(area.height, height + 2),
  };
  const role: Role =
    modal.tone === 'alarm'
      ? 'alarm'
      : modal.tone === 'warn'
        ? 'warn'
        : modal.tone === 'ok'
          ? 'ok'
          : 'focus';
  canvas.fill(rect, 'ground');
  canvas.frame(rect, view.glyphs.heavy, role);
  canvas.put(
    rect.x + 1,
    rect.y,
    [
      span(
        role === 'focus' ? 'strong' : role,
        ` ${clip(modal.title, Math.max(0, rect.width - 4))} `,
      ),
    ],
    rect.width - 2,
  );
  lines.slice(from, from + height).forEach(({ line }, row) => {
    canvas.put(rect.x + 2, rect.y + 1 + row, clipLine(line, width), width);
  });
  drawScrollMark(canvas, rect, view.glyphs, from, last - from);
}

/** Leaves out what can be spared, from the end on, until the rest fits. */
function sparing({ lines }: ModalView, room: number): ModalView['lines'] {
  let over = lines.length - room;
  if (over <= 0) return lines;
  return [...lines]
    .reverse()
    .filter(({ spare }) => {
      if (!spare || over <= 0) return true;
      over--;
      return false;
    })
    .reverse();
}

import type { Homes } from '../lib/config/types.ts';
import { createCommands } from './feed/commands.ts';
import { followDaemon } from './feed/daemon.ts';
import type { Effect, Message } from './model/message.ts';
import { initialModel, type Model, type Pane, type Settings } from './model/model.ts';
import { update } from './model/update.ts';
import { openTerminal, type TerminalOptions } from './screen/terminal.ts';
import { ASCII, UNICODE } from './theme/glyphs.ts';
import { drawFrame, type Frame } from './view/frame.ts';
import type { Part } from './view/layout.ts';

export interface DashboardOptions extends TerminalOptions {
  readonly homes: Pick<Homes, 'run'>;
  readonly settings: Settings;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** A running dashboard. */
export interface Dashboard {
  /** Leaves the terminal as it was found, and ends. */
  close(): void;
  /** Settles when it has ended: `quit` by a key, `gone` where the terminal is. */
  readonly ended: Promise<'quit' | 'gone' | 'closed'>;
  /** What is on the screen, for tests and pictures. */
  readonly model: () => Model;
}

/** Between two draws that nobody pressed a key for. */
const DRAW_EVERY = 250;
/** A second at rest; while something flashes, half of one. */
const TICK = 1000;
const FLASH = 500;

/** Shows the dashboard on a terminal until somebody quits. */
export function openDashboard(options: DashboardOptions): Dashboard {
  const { homes, settings, theme, now = Date.now } = options;
  const glyphs = options.unicode ? UNICODE : ASCII;
  const stop = new AbortController();
  let model = initialModel(settings);
  let frame: Frame | undefined;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let due: NodeJS.Timeout | undefined;
  let end: (how: 'quit' | 'gone' | 'closed') => void = () => {};
  const ended = new Promise<'quit' | 'gone' | 'closed'>((resolve) => {
    end = resolve;
  });

  // The daemon answers while the screen is being made; its answer is read after the first draw.
  followDaemon({ homes, readOnly: settings.readOnly, tell, signal: stop.signal }).catch(() => {});
  const terminal = openTerminal(options, {
    onKey: (key) => tell({ type: 'key', key, limits: frame?.limits ?? {} }, true),
    onPaste: (text) => tell({ type: 'paste', text }, true),
    onWheel: (x, y, by) => {
      const pane = paneAt(frame, x, y);
      if (pane !== undefined)
        tell({ type: 'wheel', pane, by: by * 3, limits: frame?.limits ?? {} }, true);
    },
    onClick: (x, y) => {
      const pane = paneAt(frame, x, y);
      const hit = frame?.canvas.hits.findLast(
        (zone) => zone.y === y && x >= zone.x && x < zone.x + zone.width,
      )?.hit;
      tell({ type: 'click', pane, hit, limits: frame?.limits ?? {} }, true);
    },
    onResize: () => draw(),
    onGone: () => close('gone'),
  });
  const commands = createCommands(homes, settings.readOnly, (message) => tell(message, true));
  draw();
  const ticking = setInterval(() => tell({ type: 'tick' }), settings.reducedMotion ? TICK : FLASH);
  return { ended, close: () => close('closed'), model: () => model };

  /** @param atOnce - somebody waits for it with a finger on a key */
  function tell(message: Message, atOnce = false): void {
    if (stop.signal.aborted) return;
    const before = model;
    const [next, ...effects] = update(model, message, now());
    model = next;
    for (const effect of effects) perform(effect);
    if (stop.signal.aborted) return;
    if (atOnce) draw();
    else if (message.type === 'tick' ? mustTick(before) : model !== before) drawSoon();
  }

  function perform(effect: Effect): void {
    if (effect.kind === 'quit') close('quit');
    else if (effect.kind === 'bell') terminal.bell();
    else if (effect.kind === 'mouse') terminal.mouse(effect.on);
    else if (effect.kind !== 'redraw') commands.run(effect);
    else if (frame !== undefined) terminal.redraw(frame.canvas);
  }

  /** The clock goes on, and what flashes flashes. */
  function mustTick(before: Model): boolean {
    return model !== before || now() - drawnAt >= TICK - DRAW_EVERY || frame?.flashing === true;
  }

  function drawSoon(): void {
    due ??= setTimeout(draw, Math.max(0, drawnAt + DRAW_EVERY - now()));
  }

  function draw(): void {
    clearTimeout(due);
    due = undefined;
    drawnAt = now();
    const { width, height } = terminal;
    if (stop.signal.aborted || !(width > 0) || !(height > 0)) return;
    const bright = settings.reducedMotion || Math.floor(drawnAt / FLASH) % 2 === 0;
    const view = { model, now: drawnAt, glyphs, bright };
    frame = drawFrame(view, theme, width, height);
    terminal.draw(frame.canvas, frame.chart);
  }

  function close(how: 'quit' | 'gone' | 'closed'): void {
    if (stop.signal.aborted) return;
    stop.abort();
    clearInterval(ticking);
    clearTimeout(due);
    commands.close();
    try {
      terminal.close();
    } catch {
      // The other end is gone: nothing is left to be put right.
    }
    end(how);
  }
}

function paneAt(frame: Frame | undefined, x: number, y: number): Pane | undefined {
  const found = frame?.layout.parts.find(
    ([, rect]) => x >= rect.x && x < rect.x + rect.width && y >= rect.y && y < rect.y + rect.height,
  );
  return found === undefined ? undefined : OWNERS[found[0]];
}

const OWNERS: Readonly<Record<Part, Pane>> = {
  live: 'live',
  detail: 'live',
  counters: 'counters',
  hosts: 'counters',
  killswitch: 'killswitch',
  map: 'map',
  chain: 'chain',
  sessions: 'sessions',
};

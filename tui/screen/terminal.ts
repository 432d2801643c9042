import type { Key } from '../model/editor.ts';
import { exactColours, type Theme } from '../theme/themes.ts';
import type { Canvas } from '../view/canvas.ts';
import { type Blessed, loadBlessed, withoutTmux } from './blessed.ts';
import { type ChartData, createChart } from './chart.ts';
import { type BlessedKey, keyOf } from './keys.ts';
import { createTtyInput, LEAVE_PASTES, MARK_PASTES, type TtySource } from './tty-input.ts';

/** What a terminal tells. */
export interface TerminalEvents {
  onKey(key: Key): void;
  onPaste(text: string): void;
  onWheel(x: number, y: number, by: number): void;
  onClick(x: number, y: number): void;
  onResize(): void;
  /** Nobody is at the other end any more. */
  onGone(): void;
}

export interface TerminalOptions {
  readonly input: TtySource;
  readonly output: NodeJS.WriteStream;
  readonly theme: Theme;
  /** Takes any colour, not only those of the palette. */
  readonly trueColour: boolean;
  readonly unicode: boolean;
}

/** The screen. */
export interface Terminal {
  readonly width: number;
  readonly height: number;
  /** @param chart - in front of it, where there is one */
  draw(canvas: Canvas, chart?: ChartData): void;
  bell(): void;
  mouse(on: boolean): void;
  /** Forgets what is on the screen, and draws all of it. */
  redraw(canvas: Canvas): void;
  /** Leaves the terminal as it was found. May be called twice. */
  close(): void;
}

export type BlessedScreen = ReturnType<Blessed['screen']>;

/** What blessed has and its types do not. */
interface Inside {
  lines: (Array<[number, string]> & { dirty: boolean })[];
  program: {
    _write(text: string): unknown;
    flush(): void;
    enableMouse(): void;
    disableMouse(): void;
  };
  realloc(): void;
}

interface MouseEvent {
  readonly action: string;
  readonly x: number;
  readonly y: number;
}

/**
 * Takes over a terminal: alternate screen, raw keys, pastes marked. Blessed keeps the cells, writes
 * what differs and reads the keys; what is in the cells is ours.
 */
export function openTerminal(options: TerminalOptions, events: TerminalEvents): Terminal {
  const blessed = loadBlessed();
  const input = createTtyInput(options.input, events.onPaste);
  const screen = withoutTmux(() =>
    blessed.screen({
      input: input as never,
      output: options.output as never,
      // Its own description: those of the system it cannot always read.
      terminal: 'xterm-256color',
      fullUnicode: true,
      forceUnicode: options.unicode,
      smartCSR: false,
      ignoreLocked: ['C-c'],
    }),
  );
  const inside = screen as unknown as Inside;
  const { program } = inside;
  if (options.trueColour) paintExactly(program, options.theme);
  let canvas: Canvas | undefined;
  const box = blessed.box({ parent: screen, top: 0, left: 0, width: '100%', height: '100%' });
  box.render = () => {
    if (canvas !== undefined) copyCells(canvas, inside.lines);
    return undefined as never;
  };
  const chart = createChart(screen, options.theme);
  program._write(MARK_PASTES);
  screen.on('keypress', (char: string | undefined, key: BlessedKey | undefined) => {
    const pressed = keyOf(char, key);
    if (pressed !== undefined) events.onKey(pressed);
  });
  screen.program.on('mouse', ({ action, x, y }: MouseEvent) => {
    if (action === 'wheelup') events.onWheel(x, y, -1);
    else if (action === 'wheeldown') events.onWheel(x, y, 1);
    else if (action === 'mousedown') events.onClick(x, y);
  });
  screen.on('resize', events.onResize);
  options.output.on('error', events.onGone);
  input.on('end', events.onGone);
  let open = true;

  return {
    get width() {
      return screen.width as number;
    },
    get height() {
      return screen.height as number;
    },
    draw(next, data) {
      canvas = next;
      chart.show(data);
      if (open) screen.render();
    },
    redraw(next) {
      canvas = next;
      inside.realloc();
      if (open) screen.render();
    },
    bell() {
      program._write('\x07');
    },
    mouse(on) {
      if (on) program.enableMouse();
      else program.disableMouse();
    },
    close() {
      if (!open) return;
      open = false;
      program._write(LEAVE_PASTES);
      program.disableMouse();
      program.flush();
      screen.destroy();
      options.input.pause();
    },
  };
}

/** Marks only the rows that differ: blessed compares those cell by cell. */
function copyCells({ width, height, chars, attributes }: Canvas, lines: Inside['lines']): void {
  for (let y = 0; y < Math.min(height, lines.length); y++) {
    const line = lines[y] as Inside['lines'][number];
    const end = Math.min(width, line.length);
    for (let x = 0; x < end; x++) {
      const at = y * width + x;
      const cell = line[x] as [number, string];
      // The second half of a wide character: blessed skips it.
      const char = (chars[at] as string) || '\0';
      const attr = attributes[at] as number;
      if (cell[0] === attr && cell[1] === char) continue;
      cell[0] = attr;
      cell[1] = char;
      line.dirty = true;
    }
  }
}

/** Blessed knows 256 colours; the theme's own are put in where the bytes leave. */
function paintExactly(program: Inside['program'], theme: Theme): void {
  const exact = exactColours(theme);
  const write = program._write.bind(program);
  program._write = (text) =>
    write(
      text.replace(SLOT, (all, ground: string, slot: string) => {
        const rgb = exact.get(Number(slot));
        return rgb === undefined ? all : `${ground};2;${rgb}`;
      }),
    );
}

/** Only what blessed writes can match: text never holds an Escape, and these stand behind one. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: sequences begin with Escape
const SLOT = /(?<=\x1b\[(?:[\d;]*;)?)([34]8);5;(\d+)(?=[;m])/g;

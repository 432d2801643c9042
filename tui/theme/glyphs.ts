/** The characters that are drawn beside letters and digits. */
export interface Glyphs {
  readonly ok: string;
  readonly alarm: string;
  readonly bad: string;
  readonly good: string;
  readonly held: string;
  readonly free: string;
  readonly out: string;
  readonly in: string;
  readonly warn: string;
  readonly tunnel: string;
  readonly mark: string;
  readonly dot: string;
  readonly more: string;
  readonly up: string;
  readonly cut: string;
  readonly barOn: string;
  readonly barOff: string;
  readonly cursor: string;
  /** From nothing to the highest. */
  readonly spark: readonly string[];
  readonly frame: FrameGlyphs;
  /** The frame of what has the focus, or an alarm. */
  readonly heavy: FrameGlyphs;
  /** Cells of a braille chart are two by four dots; plain ones are one. */
  readonly braille: boolean;
}

/** Corners and sides. */
export interface FrameGlyphs {
  readonly corners: readonly [string, string, string, string];
  readonly across: string;
  readonly down: string;
}

/** For terminals that speak UTF-8. Each takes one cell everywhere; no emoji. */
export const UNICODE: Glyphs = {
  ok: '●',
  alarm: '▲',
  bad: '✗',
  good: '✓',
  held: '■',
  free: '□',
  out: '→',
  in: '←',
  warn: '!',
  tunnel: '≡',
  mark: '▸',
  dot: '·',
  more: '▼',
  up: '▲',
  cut: '…',
  barOn: '▰',
  barOff: '▱',
  cursor: '▏',
  spark: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  frame: { corners: ['┌', '┐', '└', '┘'], across: '─', down: '│' },
  heavy: { corners: ['┏', '┓', '┗', '┛'], across: '━', down: '┃' },
  braille: true,
};

/** For every other. */
export const ASCII: Glyphs = {
  ok: '*',
  alarm: '^',
  bad: 'x',
  good: '+',
  held: '#',
  free: 'o',
  out: '>',
  in: '<',
  warn: '!',
  tunnel: '=',
  mark: '>',
  dot: '.',
  more: 'v',
  up: '^',
  cut: '~',
  barOn: '#',
  barOff: '.',
  cursor: '_',
  spark: ['_', '.', ':', '-', '=', '+', '*', '#'],
  frame: { corners: ['+', '+', '+', '+'], across: '-', down: '|' },
  heavy: { corners: ['#', '#', '#', '#'], across: '=', down: '#' },
  braille: false,
};

/** Replaces what our own text has beyond ASCII, where only that can be shown. */
export function toAscii(char: string): string {
  if (char <= '~') return char;
  return PLAIN[char] ?? '?';
}

const PLAIN: Readonly<Record<string, string>> = {
  '–': '-',
  '—': '-',
  '…': '~',
  '·': '.',
  '×': 'x',
  '→': '>',
  '←': '<',
  '≥': '>',
  '≤': '<',
};

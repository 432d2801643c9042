import { charWidth, fit, textWidth } from './cells.ts';

/** What a piece of text is; a theme says how that looks. */
export type Role =
  | 'text'
  | 'dim'
  | 'strong'
  | 'label'
  | 'accent'
  | 'ok'
  | 'warn'
  | 'alarm'
  | 'out'
  | 'in'
  | 'key'
  | 'border'
  | 'focus'
  | 'track'
  | 'spark';

/** What it stands on; `ground` where nothing is said. */
export type Ground = 'ground' | 'selected' | 'field' | 'ok' | 'warn' | 'alarm' | 'button' | 'bar';

/** A piece of a line. */
export interface Span {
  readonly text: string;
  readonly role: Role;
  readonly on?: Ground;
}

/** One line of a pane. */
export type Line = readonly Span[];

/** Builds a span. */
export function span(role: Role, text: string, on?: Ground): Span {
  return on === undefined ? { text, role } : { text, role, on };
}

/** A word in reverse, which the eye finds first. */
export function chip(on: Ground, text: string): Span {
  return { text: ` ${text} `, role: 'strong', on };
}

/** Plain spaces. */
export function gap(width: number): Span {
  return { text: ' '.repeat(Math.max(0, width)), role: 'text' };
}

/** Cells of a line. */
export function lineWidth(line: Line): number {
  return line.reduce((sum, { text }) => sum + textWidth(text), 0);
}

/** Cuts a line to at most `width` cells; what is cut ends in a mark. */
export function clipLine(line: Line, width: number): Line {
  if (lineWidth(line) <= width) return line;
  if (width <= 0) return [];
  const kept: Span[] = [];
  let room = width - 1;
  for (const piece of line) {
    let text = '';
    for (const char of piece.text) {
      room -= charWidth(char);
      if (room < 0) break;
      text += char;
    }
    if (room < 0) return [...kept, { ...piece, text: `${text}\u2026` }];
    kept.push(piece);
  }
  return kept;
}

/** The first of several ways to say something that fits; the last one where none does. */
export function firstFitting(width: number, ...ways: readonly Line[]): Line {
  return ways.find((line) => lineWidth(line) <= width) ?? ways.at(-1) ?? [];
}

/** A line whose left and right ends stand apart; the left one gives way. */
export function spread(left: Line, right: Line, width: number): Line {
  const tail = clipLine(right, width);
  const room = width - lineWidth(tail);
  const head = clipLine(left, Math.max(0, room - 1));
  return [...head, gap(room - lineWidth(head)), ...tail];
}

/** A line of exactly `width` cells. */
export function padLine(line: Line, width: number, on?: Ground): Line {
  const cut = clipLine(line, width);
  const fill = gap(width - lineWidth(cut));
  const whole = fill.text === '' ? cut : [...cut, fill];
  return on === undefined ? whole : whole.map((piece) => ({ on, ...piece }));
}

/** A cell of a table row. */
export interface Cell {
  readonly width: number;
  readonly role: Role;
  readonly text: string;
  readonly align?: 'left' | 'right';
}

/** A row of cells, one space between them. */
export function row(cells: readonly Cell[]): Line {
  return cells.flatMap(({ width, role, text, align }, index) => {
    const cell = span(role, fit(text, width, align));
    return index === 0 ? [cell] : [gap(1), cell];
  });
}

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
  | 'low'
  | 'spark'
  | 'high';

/** What it stands on; `ground` where nothing is said. */
export type Ground = 'ground' | 'selected' | 'field' | 'ok' | 'warn' | 'alarm' | 'button' | 'bar';

/** A piece of a line. */
export interface Span {
  readonly text: string;
  readonly role: Role;
  readonly on?: Ground;
  /** What a click on it does: see `Hit`. */
  readonly hit?: Hit;
}

/**
 * What a click stands for: a key by its name, a `field:` of a modal that it goes to, a `button:` of
 * one that it presses, or the `row:` of an activity.
 */
export type Hit = string;

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

/** The same pieces, for whoever has a mouse. */
export function hitting(hit: Hit, line: Line): Line {
  return line.map((piece) => ({ ...piece, hit }));
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

/** A block of lines in a row of blocks. */
export interface Block {
  readonly lines: readonly Line[];
  readonly width: number;
}

/** Blocks side by side, `space` cells apart; as many lines as the longest of them has. */
export function beside(blocks: readonly Block[], space: number): readonly Line[] {
  const height = Math.max(0, ...blocks.map(({ lines }) => lines.length));
  return Array.from({ length: height }, (_, at) =>
    blocks.flatMap(({ lines, width }, index) => [
      ...(index === 0 ? [] : [gap(space)]),
      ...padLine(lines[at] ?? [], width),
    ]),
  );
}

/** Pieces one after another, on as many lines as they need; none is broken. */
export function flow(pieces: readonly Line[], width: number, space: number): readonly Line[] {
  const lines: Line[] = [];
  for (const piece of pieces) {
    const last = lines.at(-1);
    if (last !== undefined && lineWidth(last) + space + lineWidth(piece) <= width) {
      lines[lines.length - 1] = [...last, gap(space), ...piece];
    } else lines.push(clipLine(piece, width));
  }
  return lines;
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

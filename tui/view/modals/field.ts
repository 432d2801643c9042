import type { Editor } from '../../model/editor.ts';
import type { Refusal } from '../../model/modal.ts';
import { fit, textWidth, wrap } from '../../text/cells.ts';
import {
  firstFitting,
  gap,
  hitting,
  type Line,
  type Role,
  type Span,
  span,
} from '../../text/line.ts';
import type { ModalLine, View } from '../view.ts';

/** A field that is typed into, of exactly `width` cells; the cursor stays in view. */
export function editorSpans({ glyphs }: View, editor: Editor, width: number, here: boolean): Line {
  if (width < 4) return [];
  const chars = [...editor.text];
  const room = width - 1;
  // The end of a long text is what was typed last.
  const start = Math.max(0, editor.cursor - room + 1);
  const before = chars.slice(start, editor.cursor).join('');
  const after = chars.slice(editor.cursor).join('');
  if (!here) return [{ text: fit(editor.text, width), role: 'text', on: 'field' }];
  const rest = fit(after, Math.max(0, width - 1 - textWidth(before)));
  return [
    { text: before, role: 'strong', on: 'field' },
    { text: glyphs.cursor, role: 'key', on: 'field' },
    { text: rest, role: 'strong', on: 'field' },
  ];
}

export interface FieldOptions {
  readonly label: string;
  /** As the modal calls it. */
  readonly name: string;
  /** What it means to leave it empty. */
  readonly empty?: string;
}

/** A label and its field. */
export function fieldLine(
  view: View,
  { label, name, empty = '' }: FieldOptions,
  editor: Editor,
  width: number,
  here: boolean,
): Line {
  const room = Math.max(4, width - 11);
  const content: Line =
    editor.text === '' && !here
      ? [span('dim', fit(empty, room), 'field')]
      : editorSpans(view, editor, room, here);
  return hitting(`field:${name}`, [
    marker(view, here),
    span(here ? 'key' : 'label', fit(label, 9)),
    ...content,
  ]);
}

/** Shows where the keys go. */
export function marker({ glyphs }: View, here: boolean): Span {
  return span('key', here ? `${glyphs.mark} ` : '  ');
}

export type ButtonState = 'here' | 'there' | 'shut';

/** @param name - as the modal calls it */
export function button(text: string, name: string, state: ButtonState, danger = false): Span {
  const hit = `button:${name}`;
  if (state === 'shut') return { text: `[ ${text} ]`, role: 'dim', hit };
  const label = state === 'here' ? `[ ${text} ]` : `  ${text}  `;
  const on = state === 'here' ? (danger ? 'alarm' : 'ok') : 'button';
  return { text: label, role: 'strong', on, hit };
}

/** A text over as many lines as it needs. */
export function paragraph(
  text: string,
  role: Role,
  width: number,
  indent = '',
): readonly ModalLine[] {
  return wrap(text, Math.max(1, width - indent.length)).map((line) => ({
    line: [span(role, indent + line)],
  }));
}

export const BLANK: ModalLine = { line: [], spare: true };

/** A line that gives way where there is little room. */
export function spare(line: Line): ModalLine {
  return { line, spare: true };
}

/** Why the daemon said no, and what to do. */
export function refusalLines(
  { glyphs }: View,
  { message, fix }: Refusal,
  width: number,
): readonly ModalLine[] {
  return [
    ...paragraph(`${glyphs.bad} ${message}`, 'alarm', width),
    ...(fix ? paragraph(fix, 'text', width, '  ') : []),
  ];
}

/** Keys that do something here. */
export function hintLine(
  width: number,
  ...pairs: readonly (readonly [key: string, says: string])[]
): ModalLine {
  const apart = (space: number): Line =>
    pairs.flatMap(([key, says], index) => [
      ...(index === 0 ? [] : [gap(space)]),
      ...hitting(KEY_NAMES[key] ?? key, [span('key', key), span('dim', ` ${says}`)]),
    ]);
  return spare(firstFitting(width, apart(3), apart(1)));
}

/** What is written for a key, and what it is called. */
export const KEY_NAMES: Readonly<Record<string, string>> = {
  Enter: 'enter',
  Esc: 'escape',
  Tab: 'tab',
};

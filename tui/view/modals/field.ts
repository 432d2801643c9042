import type { Editor } from '../../model/editor.ts';
import type { Refusal } from '../../model/modal.ts';
import { fit, textWidth, wrap } from '../../text/cells.ts';
import { gap, type Line, type Role, type Span, span } from '../../text/line.ts';
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

/** A label and its field. */
export function fieldLine(
  view: View,
  label: string,
  editor: Editor,
  width: number,
  here: boolean,
): Line {
  return [
    marker(view, here),
    span(here ? 'key' : 'label', fit(label, 9)),
    ...editorSpans(view, editor, Math.max(4, width - 11), here),
  ];
}

/** Shows where the keys go. */
export function marker({ glyphs }: View, here: boolean): Span {
  return span('key', here ? `${glyphs.mark} ` : '  ');
}

export type ButtonState = 'here' | 'there' | 'shut';

export function button(text: string, state: ButtonState, danger = false): Span {
  if (state === 'shut') return span('dim', `[ ${text} ]`);
  const label = state === 'here' ? `[ ${text} ]` : `  ${text}  `;
  return {
    text: label,
    role: 'strong',
    on: state === 'here' ? (danger ? 'alarm' : 'ok') : 'button',
  };
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
export function hintLine(...pairs: readonly (readonly [key: string, says: string])[]): ModalLine {
  const line = pairs.flatMap(([key, says], index) => [
    ...(index === 0 ? [] : [gap(3)]),
    span('key', key),
    span('dim', ` ${says}`),
  ]);
  return spare(line);
}

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Editor, editorOf, inserted, typed } from '../../../tui/model/editor.ts';

const press = (editor: Editor, ...names: string[]): Editor =>
  names.reduce<Editor>(
    (now, name) => typed(now, { name, text: name.length === 1 ? name : '' }) ?? now,
    editor,
  );

test('edits a line', () => {
  expect(press(editorOf('ab'), 'left', 'x', 'home', 'y').text).toBe('yaxb');
  expect(press(editorOf('one two '), 'C-w').text).toBe('one ');
  expect(press(editorOf('abc'), 'left', 'C-u').text).toBe('c');
  expect(press(editorOf('abc'), 'C-a', 'C-k').text).toBe('');
  expect(press(editorOf('abc'), 'left', 'delete', 'backspace').text).toBe('a');
});

test('takes a paste as text', () => {
  expect(inserted(editorOf('a'), 'b\r\nc\u001b').text).toBe('ab c ');
  expect([...inserted(editorOf(), 'x'.repeat(9999)).text]).toHaveLength(400);
});

test('the cursor stays in the line', () => {
  const keys = fc.array(
    fc.constantFrom(
      'left',
      'right',
      'home',
      'end',
      'backspace',
      'delete',
      'C-u',
      'C-k',
      'C-w',
      'a',
      '漏',
      ' ',
    ),
  );
  fc.assert(
    fc.property(keys, (names) => {
      const { text, cursor } = press(editorOf('start'), ...names);
      expect(cursor).toBeGreaterThanOrEqual(0);
      expect(cursor).toBeLessThanOrEqual([...text].length);
    }),
  );
});

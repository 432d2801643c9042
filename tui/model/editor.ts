/** A line that is being typed. Blessed's own text fields lose keys and crash on Tab. */
export interface Editor {
  readonly text: string;
  /** Characters before the cursor. */
  readonly cursor: number;
}

/** A key, as it was pressed. */
export interface Key {
  /** `a`, `enter`, `escape`, `up`, `tab`, `S-tab`, `C-u`, … */
  readonly name: string;
  /** What it writes; empty where it writes nothing. */
  readonly text: string;
}

const LONGEST = 400;

export function editorOf(text = ''): Editor {
  return { text, cursor: [...text].length };
}

/** @returns undefined where the key means nothing to a line */
export function typed(editor: Editor, key: Key): Editor | undefined {
  const chars = [...editor.text];
  const { cursor } = editor;
  const cut = (from: number, to: number): Editor => ({
    text: [...chars.slice(0, from), ...chars.slice(to)].join(''),
    cursor: from,
  });
  const at = (place: number): Editor => ({
    ...editor,
    cursor: Math.max(0, Math.min(chars.length, place)),
  });
  switch (key.name) {
    case 'left':
      return at(cursor - 1);
    case 'right':
      return at(cursor + 1);
    case 'home':
    case 'C-a':
      return at(0);
    case 'end':
    case 'C-e':
      return at(chars.length);
    case 'backspace':
      return cursor === 0 ? editor : cut(cursor - 1, cursor);
    case 'delete':
      return cut(cursor, cursor + 1);
    case 'C-u':
      return cut(0, cursor);
    case 'C-k':
      return cut(cursor, chars.length);
    case 'C-w': {
      const before = chars.slice(0, cursor).join('');
      const kept = before.replace(/\S+\s*$/, '');
      return cut([...kept].length, cursor);
    }
    default:
      return key.text === '' ? undefined : inserted(editor, key.text);
  }
}

/** What was pasted becomes part of the line; line ends of it press nothing. */
export function inserted(editor: Editor, text: string): Editor {
  const chars = [...editor.text];
  const clean = [...text.replace(/\p{Cc}+/gu, ' ')].slice(0, Math.max(0, LONGEST - chars.length));
  return {
    text: [...chars.slice(0, editor.cursor), ...clean, ...chars.slice(editor.cursor)].join(''),
    cursor: editor.cursor + clean.length,
  };
}

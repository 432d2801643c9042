import type { Activity } from '../../../lib/control/activities.ts';
import { type Editor, editorOf, inserted, type Key, typed } from '../../../tui/model/editor.ts';
import { parseFilter } from '../../../tui/model/filter.ts';
import { clip, fit, sanitise, sanitiseDeep, textWidth, wrap } from '../../../tui/text/cells.ts';
import { holds, type Target } from '../target.ts';

// What the dashboard shows comes from agents, providers and whoever names a host or a file; what is
// typed into it may be anything that was ever copied.

const ACTIVITY: Activity = {
  at: 0,
  kind: 'out',
  host: 'api.anthropic.com',
  session: 's',
  agent: 'claude-code',
  path: '/v1/messages',
  count: 2,
  types: [{ type: 'AWS_ACCESS_KEY', count: 2 }],
} as unknown as Activity;

const ODD = [
  '\u001b[31m',
  '\u001b]0;title\u0007',
  '\u009b',
  '\r',
  '\n',
  '\t',
  '\u0000',
  '\u202e',
  '\u200b',
  '\u0301',
  '密',
  'Ｗ',
  '한',
  '😀',
  '👩‍💻',
  '\ufeff',
  '\ud800',
  'é',
  'e\u0301',
  '\u2028',
  ' ',
  '…',
  '\u00ad',
  'ﬁ',
];

export const DASHBOARD: readonly Target[] = [
  {
    name: 'dashboard-text',
    seeds: [
      'a plain text of some words',
      '密钥 in a \u001b[32mcolour\u001b[0m',
      'e\u0301 and 👩‍💻',
    ],
    words: ODD,
    longest: 400,
    run(input) {
      const text = input.toString('utf8');
      const clean = sanitise(text);
      holds(!/[\p{Cc}\u200e\u200f\u202a-\u202e]/u.test(clean), 'it may do something', clean);
      holds(sanitise(clean) === clean, 'it is not clean the first time', clean);
      const { [clean]: found } = sanitiseDeep({ [text]: [text] }) as Record<string, unknown[]>;
      holds(found?.[0] === clean, 'deep it is another one');
      for (const width of [0, 1, 2, 7, 40]) {
        holds(textWidth(clip(clean, width)) <= width, 'it is cut too late', { clean, width });
        holds(textWidth(fit(clean, width)) === width, 'it does not fit', { clean, width });
        const lines = wrap(clean, width);
        holds(
          lines.every((line) => textWidth(line) <= Math.max(2, width)),
          'a line is too wide',
          { clean, width },
        );
        const all = clean.replaceAll(' ', '');
        holds(width < 1 || lines.join('').replaceAll(' ', '') === all, 'something is lost', {
          clean,
          width,
        });
      }
    },
  },
  {
    name: 'dashboard-filter',
    seeds: ['host:api type:AWS -dir:err n>2', 'clean claude'],
    words: [
      'host:',
      'type:',
      'dir:',
      '-',
      'n>',
      'n<',
      'n=',
      'constructor:',
      '__proto__:',
      'tostring:',
      ' ',
      'text',
      '999999999999',
    ],
    longest: 400,
    run: (input) => void parseFilter(input.toString('utf8'))(ACTIVITY),
  },
  {
    name: 'dashboard-editor',
    seeds: ['hello\u0001x\u0002y', '密\u0003\u0003'],
    words: [...ODD, '\u0001', '\u0002', '\u0003', '\u0004', '\u0005', '\u0006'],
    longest: 600,
    run(input) {
      const names = ['left', 'right', 'backspace', 'delete', 'C-u', 'C-k', 'C-w', 'home', 'end'];
      let editor: Editor = editorOf();
      for (const char of input.toString('utf8')) {
        const name = names[char.charCodeAt(0) - 1];
        const key: Key = name === undefined ? { name: char, text: char } : { name, text: '' };
        editor =
          (char === '\n' ? inserted(editor, `${char}${char}`) : typed(editor, key)) ?? editor;
        const length = [...editor.text].length;
        holds(editor.cursor >= 0 && editor.cursor <= length, 'the cursor is outside', editor);
        holds(length <= 400, 'it is too long', { length });
        holds(!/\p{Cc}/u.test(editor.text), 'a control character was taken', editor);
      }
    },
  },
];

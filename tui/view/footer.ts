import { gap, hitting, type Line, lineWidth, span, spread } from '../text/line.ts';
import { editorSpans, KEY_NAMES } from './modals/field.ts';
import type { View } from './view.ts';

interface KeyHint {
  readonly key: string;
  readonly says: string;
  readonly weight: number;
  readonly changes?: true;
}

/** In the order in which they are shown. */
const KEYS: readonly KeyHint[] = [
  { key: 'k', says: 'kill switch', weight: 9, changes: true },
  { key: 'r', says: 'reload', weight: 6, changes: true },
  { key: 'v', says: 'verify', weight: 5, changes: true },
  { key: 'e', says: 'export', weight: 4, changes: true },
  { key: 't', says: 'tail', weight: 3 },
  { key: '/', says: 'filter', weight: 3.5 },
  { key: 'Enter', says: 'details', weight: 2 },
  { key: 'z', says: 'zoom', weight: 2.5 },
  { key: '1-6', says: 'focus', weight: 1 },
  { key: '!', says: 'alarms', weight: 1.5 },
  { key: '?', says: 'help', weight: 8 },
  { key: 'q', says: 'quit', weight: 7 },
];

/** The last line: what can be pressed, what was just done, or what is being typed. */
export function footerLine(view: View, width: number): Line {
  const { model, now } = view;
  if (model.prompt !== undefined) {
    const field: Line = [
      gap(1),
      span('key', 'filter '),
      ...editorSpans(view, model.prompt, Math.min(50, width - 10), true),
    ];
    const hint: Line = [
      span('dim', 'host: type: dir: session: agent: n>2 -word   Enter keeps it '),
      gap(1),
    ];
    return width >= 110 ? spread(field, hint, width) : field;
  }
  const { toast } = model;
  if (toast !== undefined && toast.until > now) {
    return [gap(1), span(toast.tone, toast.text)];
  }
  return keyLine(view, width);
}

function keyLine({ model }: View, width: number): Line {
  const usable = KEYS.filter(({ changes }) => !(changes && model.settings.readOnly));
  const kept = new Set<KeyHint>();
  let room = width - 1;
  for (const hint of [...usable].sort((a, b) => b.weight - a.weight)) {
    const needed = lineWidth(hintSpans(hint)) + 2;
    if (needed > room) break;
    room -= needed;
    kept.add(hint);
  }
  return [
    gap(1),
    ...usable.filter((hint) => kept.has(hint)).flatMap((hint) => [...hintSpans(hint), gap(2)]),
  ];
}

function hintSpans({ key, says }: KeyHint): Line {
  const hint: Line =
    key === 'k'
      ? [{ text: ` ${key} ${says} `, role: 'strong', on: 'button' }]
      : [span('key', key), span('text', ` ${says}`)];
  return key === '1-6' ? hint : hitting(KEY_NAMES[key] ?? key, hint);
}

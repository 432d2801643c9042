import type { Progress } from '../../lib/control/admin-protocol.ts';
import { utcDay } from '../text/format.ts';
import { type Editor, editorOf, inserted, type Key, typed } from './editor.ts';
import type { Answer, ExportBody, Step } from './message.ts';
import { type ExportField, type ExportModal, RANGES, type Range } from './modal.ts';
import type { Settings } from './model.ts';

const DAY = 24 * 3_600_000;
const FIELDS: readonly ExportField[] = ['range', 'since', 'until', 'out', 'fire', 'cancel'];

/** The form, filled with what is wanted most often. */
export function askExport({ home }: Settings, now: number): ExportModal {
  const name = `waterwall-evidence-${utcDay(now).replaceAll('-', '')}.tar.gz`;
  return {
    kind: 'export',
    phase: 'form',
    field: 'fire',
    range: 'everything',
    since: editorOf(),
    until: editorOf(),
    out: editorOf(`${home}/${name}`),
  };
}

/** @returns undefined where the modal closes */
export function pressInExport(
  modal: ExportModal,
  key: Key,
  settings: Settings,
  now: number,
): Step<ExportModal | undefined> {
  if (key.name === 'escape') {
    return modal.phase === 'running'
      ? [undefined, { kind: 'cancel', what: 'export' }]
      : [undefined];
  }
  if (modal.phase === 'running') return [modal];
  if (modal.phase === 'done')
    return key.name === 'enter' || key.name === 'q' ? [undefined] : [modal];
  if (modal.phase === 'asks') return answered(modal, key, settings);
  switch (key.name) {
    case 'tab':
    case 'down':
      return [{ ...modal, field: neighbour(modal.field, 1) }];
    case 'S-tab':
    case 'up':
      return [{ ...modal, field: neighbour(modal.field, -1) }];
    case 'enter':
      if (modal.field === 'cancel') return [undefined];
      return modal.field === 'fire'
        ? submitted(modal, settings, false)
        : [{ ...modal, field: neighbour(modal.field, 1) }];
    default:
      return [edited(modal, key, now)];
  }
}

export function pasteIntoExport(modal: ExportModal, text: string): ExportModal {
  const { field } = modal;
  if (modal.phase !== 'form' || (field !== 'since' && field !== 'until' && field !== 'out')) {
    return modal;
  }
  return { ...modal, [field]: inserted(modal[field], text) };
}

export function exportGoesOn(modal: ExportModal, progress: Progress): ExportModal {
  return modal.phase === 'running' ? { ...modal, progress } : modal;
}

export function exported(
  modal: ExportModal,
  answer: Answer<Readonly<Record<string, unknown>>>,
): ExportModal {
  const { error: _, progress: __, ...calm } = modal;
  if (answer.ok) return { ...calm, phase: 'done', result: answer.body };
  const there = EXISTS.has(answer.error.code);
  return { ...calm, phase: there ? 'asks' : 'form', error: answer.error };
}

/** Codes that say that the file is there already. */
const EXISTS: ReadonlySet<string> = new Set(['file-exists', 'exists', 'already-exists']);

function answered(modal: ExportModal, key: Key, settings: Settings): Step<ExportModal> {
  if (key.name === 'o') return submitted(modal, settings, true);
  if (key.name !== 'enter' && key.name !== 'tab') return [modal];
  const { error: _, ...calm } = modal;
  return [{ ...calm, phase: 'form', field: 'out' }];
}

function submitted(modal: ExportModal, settings: Settings, overwrite: boolean): Step<ExportModal> {
  const wrong = [modal.since, modal.until]
    .map(({ text }) => text.trim())
    .find((text) => !isDay(text));
  const { error: _, result: __, ...calm } = modal;
  if (wrong !== undefined) {
    const message = `${wrong} is no day`;
    return [{ ...calm, error: { code: 'usage', message, fix: 'write it as 2026-11-23' } }];
  }
  const out = absolute(modal.out.text.trim(), settings);
  if (out === undefined) {
    return [{ ...calm, error: { code: 'usage', message: 'no file is named', fix: 'type a path' } }];
  }
  const body: ExportBody = {
    out,
    ...dated('since', modal.since),
    ...dated('until', modal.until),
    ...(overwrite ? { overwrite } : {}),
  };
  return [
    { ...calm, phase: 'running' },
    { kind: 'export', body },
  ];
}

/** The daemon writes the file, and has another folder than whoever types. */
function absolute(path: string, { home, folder }: Settings): string | undefined {
  if (path === '') return undefined;
  if (path.startsWith('~/')) return `${home}${path.slice(1)}`;
  return path.startsWith('/') ? path : `${folder}/${path}`;
}

function dated(
  name: 'since' | 'until',
  { text }: Editor,
): { readonly [Name in typeof name]?: string } {
  return text.trim() === '' ? {} : { [name]: text.trim() };
}

function isDay(text: string): boolean {
  if (text === '') return true;
  return /^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(Date.parse(text));
}

function edited(modal: ExportModal, key: Key, now: number): ExportModal {
  const { field } = modal;
  if (field === 'range') {
    const by = key.name === 'left' ? -1 : key.name === 'right' || key.name === 'space' ? 1 : 0;
    return by === 0 ? modal : ranged(modal, by, now);
  }
  if (field !== 'since' && field !== 'until' && field !== 'out') return modal;
  const next = typed(modal[field], key);
  if (next === undefined) return modal;
  return { ...modal, [field]: next, ...(field === 'out' ? {} : { range: 'own' as const }) };
}

function ranged(modal: ExportModal, by: number, now: number): ExportModal {
  const range = RANGES[(RANGES.indexOf(modal.range) + by + RANGES.length) % RANGES.length] as Range;
  const days = DAYS[range];
  if (range === 'own') return { ...modal, range };
  const from = days === undefined ? '' : utcDay(now - (days - 1) * DAY);
  return { ...modal, range, since: editorOf(from), until: editorOf() };
}

const DAYS: Readonly<Partial<Record<Range, number>>> = { today: 1, '7 days': 7, '30 days': 30 };

function neighbour(field: ExportField, by: number): ExportField {
  return FIELDS[(FIELDS.indexOf(field) + by + FIELDS.length) % FIELDS.length] as ExportField;
}

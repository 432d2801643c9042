import type { ExportModal } from '../../model/modal.ts';
import { bytes, count } from '../../text/format.ts';
import { gap, hitting, type Line, span } from '../../text/line.ts';
import { filled } from '../../text/spark.ts';
import type { ModalLine, ModalRenderer, View } from '../view.ts';
import {
  BLANK,
  button,
  fieldLine,
  hintLine,
  marker,
  paragraph,
  refusalLines,
  spare,
} from './field.ts';

/** A bundle for an auditor: which days, and where to. */
export const renderExport: ModalRenderer<ExportModal> = (view, modal, width) => {
  switch (modal.phase) {
    case 'running':
      return {
        title: 'EXPORT EVIDENCE',
        lines: [
          ...paragraph(modal.out.text, 'text', width),
          BLANK,
          { line: progressLine(view, modal, width) },
          BLANK,
          hintLine(width, ['Esc', 'gives up']),
        ],
      };
    case 'asks':
      return {
        title: 'EXPORT EVIDENCE',
        tone: 'warn',
        lines: [
          ...paragraph(`${modal.out.text} is there already.`, 'warn', width),
          BLANK,
          hintLine(width, ['o', 'replaces'], ['Enter', 'renames'], ['Esc', 'leaves']),
        ],
      };
    case 'done':
      return { title: 'EXPORT EVIDENCE', tone: 'ok', lines: resultLines(view, modal, width) };
    default:
      return { title: 'EXPORT EVIDENCE', lines: formLines(view, modal, width) };
  }
};

function formLines(view: View, modal: ExportModal, width: number): readonly ModalLine[] {
  const { field } = modal;
  const here = (name: ExportModal['field']): boolean => field === name;
  const range: Line = [
    ...hitting('button:range', [
      marker(view, here('range')),
      span(here('range') ? 'key' : 'label', 'Range    '),
      span('strong', ` < ${modal.range} > `, here('range') ? 'ok' : 'field'),
    ]),
    span('dim', here('range') ? '  Left Right' : ''),
  ];
  const days = Math.min(width, 11 + 16);
  return [
    ...paragraph(
      'The audit log, its signatures and the tool that checks them, in one file.',
      'text',
      width,
    ).map(({ line }) => spare(line)),
    BLANK,
    { line: range },
    { line: fieldLine(view, FROM, modal.since, days, here('since')) },
    { line: fieldLine(view, TO, modal.until, days, here('until')) },
    spare([gap(11), span('dim', 'days in UTC, both included')]),
    { line: fieldLine(view, FILE, modal.out, width, here('out')) },
    BLANK,
    {
      line: [
        marker(view, here('fire')),
        button('Export', 'fire', here('fire') ? 'here' : 'there'),
        gap(3),
        marker(view, here('cancel')),
        button('Cancel', 'cancel', here('cancel') ? 'here' : 'there'),
      ],
    },
    ...(modal.error === undefined ? [] : [BLANK, ...refusalLines(view, modal.error, width)]),
    BLANK,
    hintLine(width, ['Enter', enterSays(modal)], ['Tab', 'moves'], ['Esc', 'leaves']),
  ];
}

const FROM = { label: 'From', name: 'since', empty: 'the first line' };
const TO = { label: 'To', name: 'until', empty: 'now' };
const FILE = { label: 'File', name: 'out', empty: 'none' };

function enterSays({ field }: ExportModal): string {
  return field === 'fire' ? 'writes the file' : field === 'cancel' ? 'leaves' : 'goes on';
}

function progressLine({ glyphs }: View, { progress }: ExportModal, width: number): Line {
  const bar = Math.max(0, Math.min(24, width - 30));
  const total = progress?.total ?? null;
  const share = progress === undefined || total === null ? 0 : progress.done / Math.max(1, total);
  const on = filled(share, bar);
  const figures =
    progress === undefined
      ? ''
      : total === null
        ? count(progress.done)
        : `${count(progress.done)} of ${count(total)}`;
  return [
    span('ok', glyphs.barOn.repeat(on)),
    span('track', glyphs.barOff.repeat(bar - on)),
    span('strong', ` ${progress?.step ?? 'beginning'}`),
    span('dim', ` ${figures}`),
  ];
}

/** What the daemon says of the bundle: whatever is short enough to be read. */
function resultLines(
  { glyphs }: View,
  { result = {}, out }: ExportModal,
  width: number,
): readonly ModalLine[] {
  const { first, last } = result;
  const between: readonly (readonly [string, unknown])[] =
    typeof first === 'number' && typeof last === 'number'
      ? [['from line', `${count(first)} to ${count(last)}`]]
      : [];
  const facts = [...between, ...Object.entries(result)].filter(
    ([name, value]) =>
      !TOLD.has(name) &&
      (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean'),
  );
  return [
    { line: [span('ok', `${glyphs.good} written`)] },
    ...paragraph(
      typeof result['out'] === 'string' ? result['out'] : out.text,
      'strong',
      width,
      '  ',
    ),
    BLANK,
    ...signedLine(result),
    ...facts.map(([name, value]) => ({
      line: [
        span('label', `  ${name.replaceAll('_', ' ').padEnd(16)}`),
        span('text', shown(name, value)),
      ],
    })),
    BLANK,
    spare([span('dim', 'An auditor checks it: waterwall verify-evidence, or verify.py inside it')]),
    hintLine(width, ['Enter', 'closes']),
  ];
}

/** What has a line of its own. */
const TOLD: ReadonlySet<string> = new Set(['v', 'out', 'first', 'last']);

/** How far the checkpoint in it reaches. */
function signedLine({ checkpoint }: Readonly<Record<string, unknown>>): readonly ModalLine[] {
  const { size } = (checkpoint ?? {}) as { size?: unknown };
  if (typeof size !== 'number') return [];
  return [{ line: [span('label', '  signed'.padEnd(18)), span('ok', `${count(size)} lines`)] }];
}

function shown(name: string, value: unknown): string {
  if (typeof value !== 'number') return String(value);
  return name.includes('bytes') ? bytes(value) : count(value);
}

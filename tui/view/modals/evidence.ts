import type { ExportModal } from '../../model/modal.ts';
import { bytes, count } from '../../text/format.ts';
import { gap, type Line, span } from '../../text/line.ts';
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
          hintLine(['Esc', 'gives up']),
        ],
      };
    case 'asks':
      return {
        title: 'EXPORT EVIDENCE',
        tone: 'warn',
        lines: [
          ...paragraph(`${modal.out.text} is there already.`, 'warn', width),
          BLANK,
          hintLine(['o', 'overwrites it'], ['Enter', 'another path'], ['Esc', 'leaves it']),
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
    marker(view, here('range')),
    span(here('range') ? 'key' : 'label', 'Range    '),
    { text: `  ${modal.range}  `, role: 'strong', on: here('range') ? 'ok' : 'field' },
    span('dim', here('range') ? '  Left Right' : ''),
  ];
  return [
    ...paragraph(
      'The audit log, its signatures and the tool that checks them, in one file.',
      'text',
      width,
    ).map(({ line }) => spare(line)),
    BLANK,
    { line: range },
    { line: fieldLine(view, 'From', modal.since, Math.min(width, 26), here('since')) },
    { line: fieldLine(view, 'To', modal.until, Math.min(width, 26), here('until')) },
    spare([gap(11), span('dim', 'days in UTC, both included; empty: no limit')]),
    { line: fieldLine(view, 'File', modal.out, width, here('out')) },
    BLANK,
    {
      line: [
        marker(view, here('fire')),
        button('Export', here('fire') ? 'here' : 'there'),
        gap(3),
        marker(view, here('cancel')),
        button('Cancel', here('cancel') ? 'here' : 'there'),
      ],
    },
    ...(modal.error === undefined ? [] : [BLANK, ...refusalLines(view, modal.error, width)]),
    BLANK,
    hintLine(['Tab', 'moves'], ['Enter', 'next'], ['Esc', 'leaves']),
  ];
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
  const facts = Object.entries(result).filter(
    ([name, value]) =>
      name !== 'v' &&
      name !== 'out' &&
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
    hintLine(['Enter', 'closes']),
  ];
}

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

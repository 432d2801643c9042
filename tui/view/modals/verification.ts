import type { Check } from '../../../lib/ops/verify/check.ts';
import type { VerifyModal } from '../../model/modal.ts';
import { clip, fit } from '../../text/cells.ts';
import { type Line, padLine, type Role, span } from '../../text/line.ts';
import { filled } from '../../text/spark.ts';
import type { ModalLine, ModalRenderer, View } from '../view.ts';
import { BLANK, hintLine, paragraph, refusalLines } from './field.ts';

const CHECKS = 10;

/** Ten checks of the running proxy, each with what mends it. */
export const renderVerification: ModalRenderer<VerifyModal> = (view, modal, width) => {
  const { checks, running, error } = modal;
  const fine = checks.filter(({ status }) => status === 'ok').length;
  const took = ((modal.endedAt ?? view.now) - modal.startedAt) / 1000;
  const failed = checks.some(({ status }) => status === 'fail');
  const title = running
    ? `VERIFY-INSTALL ${checks.length} of ${CHECKS}`
    : `VERIFY-INSTALL ${fine} of ${checks.length} fine in ${took.toFixed(1)} s`;
  return {
    title,
    ...(error !== undefined || failed
      ? { tone: 'alarm' as const }
      : running
        ? {}
        : { tone: 'ok' as const }),
    at: modal.selected,
    lines: [
      ...checks.flatMap((check, index) => checkLines(view, check, index === modal.selected, width)),
      ...(running ? [{ line: progressLine(view, modal, width) }] : []),
      ...(error === undefined ? [] : refusalLines(view, error, width)),
      BLANK,
      running
        ? hintLine(width, ['Esc', 'stops waiting'])
        : hintLine(width, ['Up Down', 'why'], ['r', 'again'], ['Esc', 'closes']),
    ],
  };
};

function checkLines(view: View, check: Check, here: boolean, width: number): readonly ModalLine[] {
  const { glyphs } = view;
  const [glyph, role] = MARKS(view)[check.status];
  const name = span(here ? 'strong' : 'text', fit(check.name, 20));
  const open = here && width >= 30;
  const line: Line = [
    span(role, `${glyph} `),
    name,
    span(
      check.status === 'ok' ? 'dim' : role,
      clip(check.message, Math.max(0, width - 22), glyphs.cut),
    ),
  ];
  if (!open) return [{ line }];
  return [
    { line: padLine(line, width, 'selected') },
    ...(check.message.length > width - 22 ? paragraph(check.message, 'text', width, '  ') : []),
    ...(check.fix === null ? [] : paragraph(`fix: ${check.fix}`, 'warn', width, '  ')),
  ];
}

const MARKS = ({ glyphs }: View): Readonly<Record<Check['status'], readonly [string, Role]>> => ({
  ok: [glyphs.good, 'ok'],
  warn: [glyphs.warn, 'warn'],
  fail: [glyphs.bad, 'alarm'],
});

function progressLine({ glyphs }: View, { progress, checks }: VerifyModal, width: number): Line {
  const bar = Math.max(0, Math.min(20, width - 24));
  const done = progress?.done ?? checks.length;
  const on = filled(done / (progress?.total ?? CHECKS), bar);
  return [
    span('ok', glyphs.barOn.repeat(on)),
    span('track', glyphs.barOff.repeat(bar - on)),
    span('dim', ` ${progress?.step ?? 'checking'}`),
  ];
}

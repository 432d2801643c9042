import type { ActiveSource } from '../../../lib/control/kill-switch-state.ts';
import { CONFIRMATION, mayFire } from '../../model/kill-switch.ts';
import type { KillSwitchModal, SwitchOutcome } from '../../model/modal.ts';
import { clock, count } from '../../text/format.ts';
import { chip, gap, type Line, span } from '../../text/line.ts';
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

/** Stops everything, or lets it go on. */
export const renderSwitch: ModalRenderer<KillSwitchModal> = (view, modal, width) => {
  const { outcome } = modal;
  if (outcome?.ok === true) return done(view, modal, outcome, width);
  const sources = view.model.facts?.killswitch.sources ?? [];
  const lines =
    modal.action === 'arm'
      ? armLines(view, modal, width)
      : disarmLines(view, modal, sources, width);
  const told: readonly ModalLine[] =
    outcome === undefined ? [] : [BLANK, ...refusalLines(view, outcome.error, width)];
  const hint: readonly ModalLine[] =
    modal.hint === undefined ? [] : [{ line: [span('warn', modal.hint)] }];
  const busy: readonly ModalLine[] = modal.busy
    ? [{ line: [span('accent', 'asking the daemon')] }]
    : [];
  return {
    title: modal.action === 'arm' ? 'KILL SWITCH' : 'KILL SWITCH ARMED',
    tone: 'alarm',
    // Where there is little room: what the keys go to.
    ...(modal.action === 'arm' ? {} : { at: sources.length * 2 + FIELDS_AT[modal.field] }),
    lines: [
      ...lines,
      ...told,
      ...hint,
      ...busy,
      BLANK,
      hintLine(
        width,
        ['Enter', enterSays(modal)],
        ['Tab', 'moves'],
        ['Esc', 'leaves all as it is'],
      ),
    ],
  };
};

function enterSays({ action, field }: KillSwitchModal): string {
  if (field === 'cancel') return 'leaves all as it is';
  if (field === 'fire') return action === 'arm' ? 'stops all traffic' : 'lets traffic go on';
  return 'goes on';
}

const FIELDS_AT = { confirm: 2, reason: 3, fire: 5, cancel: 5 } as const;

const REASON = { label: 'Reason', name: 'reason', empty: 'for the audit log; may stay empty' };
const CONFIRM = { label: 'Confirm', name: 'confirm' };

function armLines(view: View, modal: KillSwitchModal, width: number): readonly ModalLine[] {
  const { field } = modal;
  return [
    ...paragraph(
      'Stops ALL traffic of all agents at once, what is under way included.',
      'strong',
      width,
    ),
    ...paragraph('Each agent is told why. Nothing leaves until it is disarmed.', 'dim', width).map(
      ({ line }) => spare(line),
    ),
    BLANK,
    { line: fieldLine(view, REASON, modal.reason, width, field === 'reason') },
    BLANK,
    { line: buttons(view, modal, 'STOP ALL TRAFFIC', width) },
  ];
}

function disarmLines(
  view: View,
  modal: KillSwitchModal,
  sources: readonly ActiveSource[],
  width: number,
): readonly ModalLine[] {
  const { field } = modal;
  const http = sources.some(({ source }) => source === 'http');
  const others = sources.filter(({ source }) => source !== 'http');
  const form: readonly ModalLine[] = [
    ...paragraph(`Disarming REOPENS egress. Type ${CONFIRMATION}:`, 'strong', width),
    { line: fieldLine(view, CONFIRM, modal.confirm, Math.min(width, 24), field === 'confirm') },
    { line: fieldLine(view, REASON, modal.reason, width, field === 'reason') },
    BLANK,
    { line: buttons(view, modal, 'DISARM http', width) },
  ];
  return [
    ...sources.flatMap((each) => holdLines(view, each, width)),
    BLANK,
    ...(http || sources.length === 0
      ? form
      : [
          ...paragraph('http, which is what can be disarmed here, does not hold.', 'text', width),
          ...form.slice(-1),
        ]),
    ...(http && others.length > 0
      ? [
          BLANK,
          ...paragraph(
            `Traffic stays stopped while ${others.map(({ source }) => source).join(', ')} holds.`,
            'warn',
            width,
          ),
        ]
      : []),
  ];
}

/** Who holds it, since when and why, and what lets go. */
function holdLines({ glyphs }: View, each: ActiveSource, width: number): readonly ModalLine[] {
  const clear =
    each.source === 'http' ? [] : paragraph(`clear it: ${each.clear}`, 'accent', width, '  ');
  return [
    spare([
      span('alarm', `${glyphs.held} ${each.source.padEnd(9)}`),
      span('label', `since ${clock(each.since)}  `),
      span('text', each.reason),
    ]),
    ...clear.map(({ line }) => spare(line)),
  ];
}

function buttons(view: View, modal: KillSwitchModal, text: string, width: number): Line {
  const fire = !mayFire(modal) ? 'shut' : modal.field === 'fire' ? 'here' : 'there';
  return [
    marker(view, modal.field === 'fire'),
    button(text, 'fire', fire, true),
    gap(width < 44 ? 0 : 3),
    marker(view, modal.field === 'cancel'),
    button('Cancel', 'cancel', modal.field === 'cancel' ? 'here' : 'there'),
  ];
}

/** Only what the daemon confirmed. */
function done(
  view: View,
  { lineBefore }: KillSwitchModal,
  outcome: Extract<SwitchOutcome, { ok: true }>,
  width: number,
) {
  const { glyphs } = view;
  const { action, at, holding } = outcome;
  const stopped = holding.length > 0;
  const line = view.model.facts?.killswitch.last_change_line ?? null;
  // Stopping does not wait for its line: it is told of as soon as it is on the disk.
  const recorded = line === null || line === lineBefore ? '' : `, audit line ${count(line)}`;
  const first: Line =
    action === 'arm'
      ? [chip('alarm', `${glyphs.alarm} ALL TRAFFIC IS STOPPED`), span('dim', `  ${clock(at)}`)]
      : stopped
        ? [span('ok', `${glyphs.good} http cleared`), span('dim', `  ${clock(at)}`)]
        : [chip('ok', `${glyphs.ok} TRAFFIC FLOWS AGAIN`), span('dim', `  ${clock(at)}`)];
  const still: readonly ModalLine[] =
    action === 'disarm' && stopped
      ? [
          BLANK,
          {
            line: [
              span(
                'alarm',
                `${glyphs.warn} STILL ARMED: ${holding.map(({ source }) => source).join(', ')}`,
              ),
            ],
          },
        ]
      : [];
  return {
    title: 'KILL SWITCH',
    tone: stopped ? ('alarm' as const) : ('ok' as const),
    lines: [
      { line: first },
      spare([span('dim', `confirmed by the daemon${recorded}`)]),
      ...still,
      BLANK,
      ...holding.flatMap((each) => holdLines(view, each, width)),
      BLANK,
      hintLine(width, ['Enter', 'closes']),
    ],
  };
}

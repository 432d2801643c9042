import { standingAlarms } from '../../model/alarms.ts';
import type { AlarmsModal, DetailModal, HelpModal } from '../../model/modal.ts';
import { clock } from '../../text/format.ts';
import { gap, type Line, span } from '../../text/line.ts';
import { detailLines } from '../panes/detail.ts';
import type { ModalLine, ModalRenderer } from '../view.ts';
import { BLANK, hintLine, paragraph, spare } from './field.ts';

/** Everything that is known of one activity. */
export const renderDetails: ModalRenderer<DetailModal> = (
  { glyphs },
  { activity, scroll },
  width,
) => ({
  title: `ACTIVITY ${activity.seq}`,
  scroll,
  lines: [
    ...detailLines(activity, glyphs).map((line) => ({ line })),
    BLANK,
    ...paragraph(
      'Values are never shown: type, placeholder and fingerprint only.',
      'dim',
      width,
    ).map(({ line }) => spare(line)),
    hintLine(width, ['Enter', 'closes']),
  ],
});

/** Every alarm that stands, and what mends it. Opening it acknowledges them. */
export const renderAlarms: ModalRenderer<AlarmsModal> = ({ model, glyphs }, { scroll }, width) => {
  const standing = standingAlarms(model);
  const lines = standing.flatMap(
    ({ title, text, fix, since, count, level }): readonly ModalLine[] => [
      {
        line: [
          span(level === 'alarm' ? 'alarm' : 'warn', `${glyphs.alarm} ${title}`),
          span('dim', `  since ${clock(since)}${count > 1 ? `, ${count} times` : ''}`),
        ],
      },
      ...(text === '' ? [] : paragraph(text, 'text', width, '  ')),
      ...paragraph(fix, 'accent', width, '  '),
      BLANK,
    ],
  );
  const none: readonly ModalLine[] = [
    { line: [span('ok', `${glyphs.ok} all is well again`)] },
    BLANK,
  ];
  return {
    title:
      standing.length === 0
        ? 'ALARMS'
        : `${standing.length} ALARM${standing.length === 1 ? '' : 'S'}, ACKNOWLEDGED`,
    scroll,
    ...(standing.length === 0 ? { tone: 'ok' as const } : { tone: 'alarm' as const }),
    lines: [
      ...(standing.length === 0 ? none : lines),
      ...(standing.length === 0
        ? []
        : [spare([span('dim', 'Seen. Each goes when its cause does.')])]),
      hintLine(width, ['Enter', 'closes']),
    ],
  };
};

/** Every key. */
export const renderHelp: ModalRenderer<HelpModal> = ({ glyphs, model }, { scroll }, width) => {
  const indent = width < 50 ? 9 : 13;
  const keys = (
    title: string,
    ...pairs: readonly (readonly [string, string])[]
  ): readonly ModalLine[] => [
    { line: [span('label', title)] },
    ...pairs.flatMap(([key, says]) =>
      paragraph(says, 'text', width - indent).map(({ line }, at) => ({
        line: [gap(2), span('key', (at === 0 ? key : '').padEnd(indent - 2)), ...line],
      })),
    ),
  ];
  const legend: Line = [
    span('out', glyphs.out),
    span('text', ' sent  '),
    span('in', glyphs.in),
    span('text', ' answered  '),
    span('alarm', glyphs.bad),
    span('text', ' refused, failed  '),
    span('dim', glyphs.tunnel),
    span('text', ' piped  '),
    span('alarm', glyphs.held),
    span('text', ' holds  '),
    span('dim', glyphs.free),
    span('text', ' clear'),
  ];
  const act = model.settings.readOnly
    ? []
    : keys(
        'DO',
        ['k', 'kill switch: stop everything, or let it go on'],
        ['r', 'reload patterns and settings'],
        ['v', 'verify-install: ten checks of the running proxy'],
        ['e', 'export evidence for an auditor'],
      );
  return {
    title: 'HELP',
    scroll,
    lines: [
      ...act,
      ...keys(
        'LOOK',
        ['1-6', 'choose a pane; Tab: the next'],
        ['z', 'the pane alone; once more: all'],
        ['Arrows', 'scroll (PgUp PgDn g G); stops the tail'],
        ['t', 'tail: stop, or follow the newest'],
        ['Enter', 'details of the activity'],
        ['/', 'filter: host: type: dir:out session: agent: n>2 -word'],
        ['f', 'filter off and on'],
      ),
      ...keys(
        'ELSE',
        ['!', 'alarms: see and acknowledge'],
        ['b', `bell on, off (now ${model.bell ? 'on' : 'off'})`],
        ['m', `mouse on, off (now ${model.mouse ? 'on' : 'off'})`],
        ['C-l', 'draw everything anew'],
        ['q', 'quit; the proxy runs on'],
      ),
      BLANK,
      { line: legend },
      spare([span('dim', 'Any other key closes this')]),
    ],
  };
};

import type { PolicyDiff } from '../../../lib/control/policy-diff.ts';
import type { ReloadModal } from '../../model/modal.ts';
import { span } from '../../text/line.ts';
import type { ModalLine, ModalRenderer, View } from '../view.ts';
import { BLANK, hintLine, paragraph, refusalLines } from './field.ts';

/** What a reload changed, or where the file is wrong. */
export const renderReload: ModalRenderer<ReloadModal> = (view, { result, error }, width) => {
  if (error !== undefined) return refused(view, error, width);
  if (result === undefined) {
    return {
      title: 'RELOAD',
      lines: [{ line: [span('accent', 'reading patterns and settings')] }],
    };
  }
  const { glyphs } = view;
  const looser = result.diff.loosened;
  return {
    title: result.changed ? 'RELOAD: IN FORCE' : 'RELOAD: NOTHING CHANGED',
    tone: looser.length > 0 ? 'alarm' : 'ok',
    lines: [
      ...(result.changed
        ? []
        : [{ line: [span('ok', `${glyphs.good} everything was read anew; nothing differs`)] }]),
      ...(looser.length > 0
        ? [
            ...paragraph(`${glyphs.alarm} LESS IS REDACTED: ${looser.join('; ')}`, 'alarm', width),
            BLANK,
          ]
        : []),
      ...changes(result.diff).flatMap(([label, text]) =>
        paragraph(text, 'text', width - 18).map(({ line }, index) => ({
          line: [span('label', (index === 0 ? label : '').padEnd(18)), ...line],
        })),
      ),
      BLANK,
      {
        line: [
          span('label', 'policy            '),
          span('text', result.old_hash.slice(0, 8)),
          ...(result.old_hash === result.new_hash
            ? []
            : [span('dim', ` ${glyphs.out} `), span('strong', result.new_hash.slice(0, 8))]),
        ],
      },
      BLANK,
      hintLine(width, ['Enter', 'closes']),
    ],
  };
};

function refused(view: View, error: NonNullable<ReloadModal['error']>, width: number) {
  const { details = {} } = error;
  const place = ['file', 'line', 'column', 'key', 'type']
    .filter((name) => details[name] !== undefined)
    .map((name) => `${name} ${String(details[name])}`)
    .join(', ');
  const policy = view.model.facts?.policy;
  const lines: ModalLine[] = [
    ...refusalLines(view, error, width),
    ...(place === '' ? [] : paragraph(place, 'accent', width, '  ')),
    BLANK,
    ...(policy === undefined
      ? []
      : paragraph(
          `The policy in force is UNCHANGED: ${policy.hash.slice(0, 8)}, ${policy.types.length} types.`,
          'text',
          width,
        )),
    BLANK,
    hintLine(width, ['Enter', 'closes']),
  ];
  return { title: 'RELOAD REFUSED', tone: 'alarm' as const, lines };
}

function changes(diff: PolicyDiff): readonly (readonly [string, string])[] {
  const list = (label: string, names: readonly string[]) =>
    names.length === 0 ? [] : [[label, names.join(' ')] as const];
  const number = (label: string, value: number) =>
    value === 0 ? [] : [[label, String(value)] as const];
  return [
    ...list('types added', diff.types_added),
    ...list('types removed', diff.types_removed),
    ...list('switched off', diff.disabled_added),
    ...list('switched on', diff.disabled_removed),
    ...number('allowed more', diff.allow_added),
    ...number('allowed less', diff.allow_removed),
    ...number('secrets added', diff.known_secrets_added),
    ...number('secrets removed', diff.known_secrets_removed),
    ...list('settings', diff.settings_changed),
  ];
}

import { wrap } from '../../text/cells.ts';
import { clock } from '../../text/format.ts';
import { gap, type Line, type Role, span } from '../../text/line.ts';
import type { View } from '../view.ts';

/** In a pane while nobody tells anything: no figure rather than one that was true once. */
export function absentLines({ model, glyphs }: View, height: number): readonly Line[] {
  const word = model.link.kind === 'offline' ? 'offline' : 'connecting';
  const above = Math.max(0, Math.floor((height - 1) / 2));
  return [...Array.from({ length: above }, () => []), [span('dim', `${glyphs.dot} ${word}`)]];
}

/** In the first pane: what has happened, and what brings the daemon back. */
export function offlineLines(view: View, width: number): readonly Line[] {
  const { model, glyphs } = view;
  const { link, lastSeen } = model;
  if (link.kind !== 'offline') return [];
  const process = link.pid === undefined ? '' : ` as process ${link.pid}`;
  const command = (text: string, says: string): readonly Line[] => {
    const line: Line = [span('key', text.padEnd(26)), span('dim', says)];
    return width >= 26 + says.length ? [line] : [[span('key', text)]];
  };
  const prose = (text: string, role: Role): readonly Line[] =>
    wrap(text, Math.max(1, width)).map((line): Line => [span(role, line)]);
  return [
    [span('alarm', `${glyphs.bad} `), span('strong', link.reason)],
    [
      gap(2),
      span(
        'dim',
        lastSeen === undefined
          ? 'not seen since this screen opened'
          : `last seen ${clock(lastSeen)}${process}`,
      ),
    ],
    [],
    ...(link.fix === undefined
      ? [
          ...command('waterwall up --detach', 'starts it'),
          ...command('waterwall verify-install', 'says what is wrong'),
        ]
      : prose(link.fix, 'key')),
    [],
    ...prose(
      link.fix === undefined
        ? 'Agents reach no provider through it until it runs. This screen comes back by itself.'
        : 'This screen comes back by itself.',
      'dim',
    ),
  ];
}

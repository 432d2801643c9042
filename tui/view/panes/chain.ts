import { bytes, clock, count } from '../../text/format.ts';
import { type Line, span } from '../../text/line.ts';
import type { PaneRenderer } from '../view.ts';

/** 5 CHAIN / AUDIT: whether everything is on record, and can be proved. */
export const renderChain: PaneRenderer = ({ model, glyphs }, width, height) => {
  const title = '5 CHAIN / AUDIT';
  const { facts, pace } = model;
  if (facts === undefined) return { title, lines: [] };
  const { chain } = facts;
  const field = (label: string, ...rest: Line): Line => [span('label', label.padEnd(8)), ...rest];
  const state: Line = chain.intact
    ? [span('ok', `${glyphs.ok} INTACT`), span('dim', width >= 32 ? '  every line durable' : '')]
    : [span('alarm', `${glyphs.bad} BROKEN`), span('alarm', ' requests are refused')];
  const per = pace?.perSecond;
  const lines: Line[] = [
    state,
    ...(chain.poisoned === null ? [] : [[span('alarm', chain.poisoned)]]),
    field(
      'lines',
      span('strong', count(chain.length)),
      span('dim', per === undefined || per === 0 ? '' : `  +${per.toFixed(1)}/s`),
    ),
    field('head', span('text', chain.head.slice(0, 12))),
    field('signed', span('warn', 'not signed yet')),
  ];
  void clock;
  void bytes;
  void height;
  return { title, lines, ...(chain.intact ? {} : { tone: 'alarm' as const }) };
};

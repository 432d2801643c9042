import { WaterwallError } from '../errors.ts';
import type { DatedHold, KillSource, KillSourceName } from './kill-source.ts';

/** A source that holds, as state, health and refusals show it. */
export interface ActiveSource extends DatedHold {
  readonly source: KillSourceName;
}

/** The switch at one moment. Frozen; the same object until something changes. */
export interface KillSwitchState {
  readonly active: boolean;
  /** In the order of `KILL_SOURCES`. */
  readonly sources: readonly ActiveSource[];
}

/** What the sources amount to: any of them engages the switch. */
export function composeState(sources: readonly KillSource[]): KillSwitchState {
  const active = sources.flatMap(({ name, held }) =>
    held === undefined ? [] : [Object.freeze({ source: name, ...held })],
  );
  return Object.freeze({ active: active.length > 0, sources: Object.freeze(active) });
}

/** The refusal of whatever wants to leave while the switch is engaged. */
export function killSwitchRefusal(state: KillSwitchState): WaterwallError<'killswitch-engaged'> {
  const names = state.sources.map(({ source }) => source);
  const message = `kill switch engaged (sources: ${names.join(', ')})`;
  return new WaterwallError('killswitch-engaged', message, {
    fix: state.sources.map(({ source, clear }) => `clear ${source}: ${clear}`).join('; '),
    details: { sources_active: names },
  });
}

/** The command lines that an agent's settings run. */

import { posixQuote } from '../shell-syntax.ts';

/** What can be installed into an agent's settings. */
export const PLACES = ['session_start', 'gate', 'statusline'] as const;
export type Place = (typeof PLACES)[number];

/** How this program is started again, from anywhere. */
export interface Launch {
  /** Absolute: an agent's shell need not have the same PATH, and a hook that is not found is passed over. */
  readonly program: readonly string[];
  /** `WATERWALL_HOME`, where it chose the home. */
  readonly home: string | undefined;
}

const VERBS: Readonly<Record<Place, string>> = {
  session_start: 'hook session-start',
  gate: 'hook gate',
  statusline: 'statusline',
};

/**
 * The command for a place. The gate's own failure to start blocks too: agents take any status but 2
 * for consent.
 */
export function commandFor(place: Place, { program, home }: Launch): string {
  const prefix = home === undefined ? '' : `WATERWALL_HOME=${posixQuote(home)} `;
  const command = `${prefix}${program.map(posixQuote).join(' ')} ${VERBS[place]}`;
  return place === 'gate' ? `${command} || exit 2` : command;
}

const OURS: Readonly<Record<Place, RegExp>> = {
  session_start: /\bwaterwall(?:\.js)?['"]?\s+hook\s+session-start\b/,
  gate: /\bwaterwall(?:\.js)?['"]?\s+hook\s+gate\b/,
  statusline: /\bwaterwall(?:\.js)?['"]?\s+statusline\b/,
};

/** Whether a command is one of ours, whichever installation wrote it. */
export function isOurs(place: Place, command: unknown): command is string {
  return typeof command === 'string' && OURS[place].test(command);
}

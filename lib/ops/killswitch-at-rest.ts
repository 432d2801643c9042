/** The kill switch of a daemon that is not running: what will hold once it starts. */

import { lstatSync, readFileSync } from 'node:fs';
import { filesOf } from '../config/files.ts';
import { loadSettings } from '../config/load/settings.ts';
import type { Homes } from '../config/types.ts';
import { type ConfigVerdict, judgeConfig } from '../control/config-source.ts';
import type { Hold, KillSourceName } from '../control/kill-source.ts';
import { readLatches } from '../control/latches.ts';
import { sentinelReason } from '../control/sentinel.ts';
import { posixQuote } from './shell-syntax.ts';

export interface HeldSource extends Hold {
  readonly source: KillSourceName;
  readonly since?: string;
}

/** What disarming a latch takes: its audit line is the daemon's to write. */
const CLEAR_LATCH = 'start Waterwall (waterwall up), then waterwall killswitch disarm';

/** Looks at the config file, the latches and the sentinel; in the order of DESIGN §9. */
export function killSwitchAtRest(homes: Homes): readonly HeldSource[] {
  const config = lookAtConfig(homes);
  const sentinel = lookAtSentinel(filesOf(homes).sentinel);
  return [
    ...(config.engaged
      ? [{ source: 'config' as const, reason: config.reason, clear: config.clear }]
      : []),
    ...lookAtLatches(filesOf(homes).killSwitchLatch),
    ...sentinel,
  ];
}

function lookAtConfig(homes: Homes): ConfigVerdict {
  const file = filesOf(homes).settings;
  let text: string | { unreadable: string } | undefined;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    text = code === 'ENOENT' ? undefined : { unreadable: code };
  }
  let killSwitch: boolean | undefined;
  try {
    killSwitch = loadSettings(homes).killSwitch;
  } catch {
    // Not valid: the text decides.
  }
  return judgeConfig({ file, text, killSwitch }, { engaged: false }, false);
}

function lookAtLatches(file: string): readonly HeldSource[] {
  const reading = readLatches(file);
  if (reading.state === 'damaged') {
    return [{ source: 'http', reason: reading.reason, clear: CLEAR_LATCH }];
  }
  const { sigusr1, http } = reading.latches;
  const signal = 'start Waterwall (waterwall up), then kill -USR1 its process';
  return [
    ...(sigusr1 === undefined ? [] : [{ source: 'sigusr1' as const, ...sigusr1, clear: signal }]),
    ...(http === undefined ? [] : [{ source: 'http' as const, ...http, clear: CLEAR_LATCH }]),
  ];
}

function lookAtSentinel(file: string): readonly HeldSource[] {
  const held = { source: 'sentinel' as const, clear: `rm ${posixQuote(file)}` };
  try {
    const seen = lstatSync(file, { throwIfNoEntry: false });
    return seen === undefined ? [] : [{ ...held, reason: sentinelReason(file, seen) }];
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    return [{ ...held, reason: `${file} cannot be looked at (${code})` }];
  }
}

/** The kill switch from the command line, as far as possible also without a running daemon. */

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { filesOf } from '../config/files.ts';
import type { Homes } from '../config/types.ts';
import { WaterwallError } from '../errors.ts';
import { askDaemon } from './ask-daemon.ts';
import type { HeldSource } from './killswitch-at-rest.ts';

type KillSwitchAction = 'arm' | 'disarm' | 'status';

export interface KillSwitchResult {
  /** Whether the daemon answered; if not, this is what will hold once it starts. */
  readonly running: boolean;
  readonly sources: readonly HeldSource[];
  readonly note?: string;
}

/**
 * Arms, disarms or looks.
 *
 * @throws WaterwallError `not-running` where only the daemon could do it
 */
export async function operateKillSwitch(
  homes: Homes,
  action: KillSwitchAction,
  reason: string | undefined,
): Promise<KillSwitchResult> {
  try {
    return { running: true, sources: await ask(homes, action, reason) };
  } catch (error) {
    if (!(error instanceof WaterwallError) || !mayUseFiles(error, action)) throw error;
    return atRest(homes, action, reason, error);
  }
}

/**
 * Nobody answers: it does not run, or hangs. Then the file is what still works; but not of a user
 * whom it does not obey. Where it answers that it could not, only stopping is worth a second way:
 * the files do not say what it holds.
 */
function mayUseFiles({ code, details }: WaterwallError, action: KillSwitchAction): boolean {
  if ('denied' in details) return false;
  if (code === 'not-running' || 'unanswered' in details) return true;
  return code === 'io-error' && action === 'arm';
}

async function ask(
  homes: Homes,
  action: KillSwitchAction,
  reason: string | undefined,
): Promise<readonly HeldSource[]> {
  if (action === 'status') return await askState(homes);
  const answer = await askDaemon(homes, 'POST', '/admin/killswitch', {
    action,
    ...(reason === undefined ? {} : { reason }),
  });
  return answer['sources'] as readonly HeldSource[];
}

async function askState(homes: Homes): Promise<readonly HeldSource[]> {
  const state = await askDaemon(homes, 'GET', '/admin/state');
  return (state['killswitch'] as { sources: readonly HeldSource[] }).sources;
}

async function atRest(
  homes: Homes,
  action: KillSwitchAction,
  reason: string | undefined,
  why: WaterwallError,
): Promise<KillSwitchResult> {
  if (action === 'arm') raiseSentinel(homes, reason);
  // After the file is there: what reads configuration takes longer to load than all else here.
  const { killSwitchAtRest } = await import('./killswitch-at-rest.ts');
  const sources = killSwitchAtRest(homes);
  const latched = sources.some(({ source }) => source === 'http');
  if (action === 'disarm' && latched) {
    throw new WaterwallError('not-running', 'the proxy is not running, and only it can disarm', {
      fix: 'start it (waterwall up), then disarm again',
      details: { sources_active: sources.map(({ source }) => source), sources },
      cause: why,
    });
  }
  const says = action === 'arm' ? 'the sentinel file engages it' : 'this is what its files say';
  return { running: false, sources, note: `${why.message}; ${says}` };
}

/** A daemon that hangs looks at the file with every request, one that starts looks at it first. */
function raiseSentinel(homes: Homes, reason: string | undefined): void {
  const { sentinel } = filesOf(homes);
  try {
    mkdirSync(homes.run, { recursive: true, mode: 0o700 });
    writeFileSync(sentinel, `${reason ?? 'waterwall killswitch arm'}\n`, { mode: 0o600 });
  } catch (cause) {
    // Its name is what counts: a full disk takes the name and not the reason.
    if (existsSync(sentinel)) return;
    throw new WaterwallError('io-error', `${sentinel} cannot be made`, {
      fix: `stop the process, or make ${homes.run} writable for this user`,
      cause,
    });
  }
}

import type { Homes } from '../../lib/config/types.ts';
import type { Activity } from '../../lib/control/activities.ts';
import { adminRequest } from '../../lib/control/admin-client.ts';
import { adminEvents } from '../../lib/control/admin-events.ts';
import type { DaemonState } from '../../lib/control/daemon-state.ts';
import type { WaterwallError } from '../../lib/errors.ts';
import type { Message } from '../model/message.ts';
import { HANGS } from '../model/model.ts';
import { sanitiseDeep } from '../text/cells.ts';

/** How the daemon is followed; milliseconds. */
export interface FeedPace {
  /** Before asking again where nobody answers: doubled from the first to the last. */
  readonly firstRetry: number;
  readonly lastRetry: number;
  /** Without a byte, after which nobody is there. */
  readonly silence: number;
  /** Between two questions where events are not to be had. */
  readonly poll: number;
}

const PACE: FeedPace = { firstRetry: 250, lastRetry: 2000, silence: 10_000, poll: 1000 };

export interface FeedOptions {
  readonly homes: Pick<Homes, 'run'>;
  readonly readOnly: boolean;
  readonly tell: (message: Message) => void;
  readonly signal: AbortSignal;
  readonly pace?: FeedPace;
}

/** Follows the daemon until the signal aborts: comes back by itself whenever it is there again. */
export async function followDaemon(options: FeedOptions): Promise<void> {
  const { tell, signal, pace = PACE } = options;
  let wait = pace.firstRetry;
  while (!signal.aborted) {
    let failure: { readonly reason: string; readonly fix?: string } = {
      reason: 'the daemon ended',
    };
    try {
      const answered = await followEvents(options, pace);
      if (answered) wait = pace.firstRetry;
    } catch (error) {
      failure = describe(error);
    }
    if (signal.aborted) return;
    tell({ type: 'offline', ...failure, retryAt: Date.now() + wait });
    await pause(wait, signal);
    wait = Math.min(pace.lastRetry, wait * 2);
  }
}

/** Why nobody answers, and what mends it where that is not to start the daemon. */
function describe(error: unknown): { readonly reason: string; readonly fix?: string } {
  const { message: reason, code, fix, details } = error as Error & Partial<WaterwallError>;
  if (fix === undefined || code === 'not-running') return { reason };
  return { reason, fix: details?.['unanswered'] === true ? HANGS : fix };
}

/** @returns whether anything was told */
async function followEvents(options: FeedOptions, pace: FeedPace): Promise<boolean> {
  const { homes, readOnly, tell, signal } = options;
  let told = false;
  const events = adminEvents(homes, 'GET', '/admin/events', {
    readOnly,
    signal,
    silence: pace.silence,
    onAlive: () => tell({ type: 'alive' }),
  });
  for await (const { event, data: raw } of events) {
    if (event === 'error' || event === 'result') return (await poll(options, pace)) || told;
    const data = sanitiseDeep(raw);
    told = true;
    if (event === 'state') tell({ type: 'state', state: data as DaemonState, by: 'events' });
    else if (event === 'change') tell({ type: 'change', members: data as Partial<DaemonState> });
    else if (event === 'activity') tell({ type: 'activity', activity: data as Activity });
  }
  return told;
}

/** Events are not to be had (too many follow already): asks now and then, and tries again. */
async function poll(
  { homes, readOnly, tell, signal }: FeedOptions,
  pace: FeedPace,
): Promise<boolean> {
  for (let asked = 0; asked < POLLS && !signal.aborted; asked++) {
    const { status, body } = await adminRequest(homes, 'GET', '/admin/state', undefined, {
      readOnly,
    });
    if (status !== 200) throw new Error(`the daemon answers with status ${status}`);
    tell({ type: 'state', state: sanitiseDeep(body) as DaemonState, by: 'polling' });
    await pause(pace.poll, signal);
  }
  return true;
}

/** Questions before events are tried again. */
const POLLS = 30;

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, milliseconds);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../config/atomic.ts';
import { WaterwallError } from '../errors.ts';
import { openCheckpoint } from './checkpoint.ts';
import { sessionFile } from './evidence/names.ts';
import type { PublicKeys } from './public-keys.ts';
import { formatSessionManifest, manifestFields } from './session-manifest.ts';
import { createSessionSums, type SessionLine } from './session-sums.ts';
import type { SignedLog } from './signed-log.ts';

/** Follows the sessions of a log, and ends each with a signed manifest. */
export interface SessionBook {
  /** Takes a line of the log. */
  note(line: SessionLine): void;
  /** Ends the sessions that nothing was heard of for long. */
  endIdle(): Promise<void>;
  /** Ends all of them, before the log is closed. */
  endAll(): Promise<void>;
}

export interface SessionBookDeps {
  readonly keys: PublicKeys;
  readonly log: () => Pick<SignedLog, 'append' | 'manifest' | 'latest'>;
  /** Where the manifests go. */
  readonly folder: string;
  /** Milliseconds after which a session has ended. */
  readonly idle: number;
  /** The monotonic clock, milliseconds. */
  now(): number;
  onFault(error: unknown): void;
}

/** Sessions are named by clients: no more of them at a time. The one heard of least recently ends. */
const MOST = 1_000;

export function createSessionBook(deps: SessionBookDeps): SessionBook {
  const { keys, folder, idle, now, onFault } = deps;
  const sums = createSessionSums();
  /** The one heard of least recently is the first. */
  const heard = new Map<string | undefined, number>();
  /** One after the other: each asks the signer. */
  let work: Promise<void> = Promise.resolve();

  function queue(sessions: readonly (string | undefined)[], endedBy: 'idle' | 'stop') {
    for (const session of sessions) {
      work = work.then(() => end(session, endedBy)).catch(onFault);
    }
    return work;
  }

  async function end(session: string | undefined, endedBy: 'idle' | 'stop'): Promise<void> {
    const sum = sums.sum(session);
    if (sum === undefined) return;
    const log = deps.log();
    const checkpoint = openCheckpoint(log.latest ?? '', keys.log);
    if ('fault' in checkpoint) throw unsigned(checkpoint.fault);
    const payload = formatSessionManifest(checkpoint, endedBy, sum);
    const envelope = Buffer.from(await log.manifest(payload));
    // It went on meanwhile: then it has not ended.
    if (sums.sum(session)?.last !== sum.last) return;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // A crash may have left one under this name, without its line.
    replaceFile(join(folder, sessionFile(sum.first, sum.last)), envelope);
    sums.drop(session);
    heard.delete(session);
    // Nothing was awaited since the lines were looked at: the manifest's line comes right after them.
    await log.append('manifest', manifestFields(sum, envelope));
  }

  /** Whether or not its manifest can be signed: what is kept in memory has a limit. */
  function endOldest(): void {
    const [oldest] = heard.keys();
    heard.delete(oldest);
    void queue([oldest], 'idle').then(() => {
      if (!heard.has(oldest)) sums.drop(oldest);
    });
  }

  return {
    note(line) {
      const session = sums.add(line);
      if (session === undefined) return;
      heard.delete(session.name);
      heard.set(session.name, now());
      if (heard.size > MOST) endOldest();
    },
    endIdle() {
      const since = now() - idle;
      return queue(
        [...heard].filter(([, at]) => at <= since).map(([session]) => session),
        'idle',
      );
    },
    endAll: () => queue(sums.sessions, 'stop'),
  };
}

function unsigned(fault: string): WaterwallError<'audit-unavailable'> {
  return new WaterwallError(
    'audit-unavailable',
    `a session ended without its manifest: nothing is signed (${fault})`,
    { fix: 'see why the signer does not sign; the lines of the session are in the log' },
  );
}

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../config/atomic.ts';
import { WaterwallError } from '../errors.ts';
import { openCheckpoint } from './checkpoint.ts';
import { sessionFile } from './evidence/names.ts';
import { formatSessionManifest, manifestFields } from './session-manifest.ts';
import { createSessionSums, type SessionLine, sessionOf } from './session-sums.ts';
import type { SignedLog } from './signed-log.ts';

/** Follows the sessions of a log, and ends each with a signed manifest. */
export interface SessionBook {
  /** A line has its place in the log; {@link SessionBook.note} follows when it is durable. */
  expect(line: SessionLine): void;
  /** Takes a line of the log. */
  note(line: SessionLine): void;
  /**
   * Takes the lines of sessions that a crash, or a signer that was silent, left without a manifest,
   * before any that come now, and ends those that do not go on.
   *
   * @param read - gives them
   */
  resume(read: (take: (line: SessionLine) => void) => Promise<void>): Promise<void>;
  /** Ends the sessions that nothing was heard of for long. */
  endIdle(): Promise<void>;
  /** Ends all of them, before the log is closed. */
  endAll(): Promise<void>;
  /** Number of sessions with lines that no manifest tells of. */
  readonly open: number;
}

export interface SessionBookDeps {
  readonly log: () => Pick<SignedLog, 'append' | 'keys' | 'manifest' | 'latest' | 'signed'>;
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

/** How long the first signature after a start may take before interrupted sessions wait for a later look. */
const FIRST_SIGNATURE = 10_000;

export function createSessionBook(deps: SessionBookDeps): SessionBook {
  const { folder, idle, now, onFault } = deps;
  const sums = createSessionSums();
  /** The one heard of least recently is the first. */
  const heard = new Map<string | undefined, number>();
  /** Sessions of an earlier run that nothing was heard of in this one. */
  const interrupted = new Set<string | undefined>();
  /** Lines that have their place and are not durable yet, of each session that has some. */
  const coming = new Map<string | undefined, number>();
  /** Lines that came while earlier ones are being read back. */
  let late: SessionLine[] | undefined;
  /** One after the other: each asks the signer. */
  let work: Promise<void> = Promise.resolve();

  function queue(sessions: () => Iterable<string | undefined>, endedBy: 'idle' | 'stop') {
    work = work.then(async () => {
      for (const session of [...sessions()]) await end(session, endedBy).catch(onFault);
    });
    return work;
  }

  async function end(session: string | undefined, why: 'idle' | 'stop'): Promise<void> {
    const sum = sums.sum(session);
    if (sum === undefined) return;
    const endedBy = interrupted.has(session) ? 'interrupted' : why;
    const log = deps.log();
    const checkpoint = openCheckpoint(log.latest ?? '', log.keys.log);
    if ('fault' in checkpoint) throw unsigned(checkpoint.fault);
    const payload = formatSessionManifest(checkpoint, endedBy, sum);
    const envelope = Buffer.from(await log.manifest(payload));
    // It went on meanwhile, or does so with a line on its way to the disk: then it has not ended.
    if (sums.sum(session)?.last !== sum.last || (coming.get(session) ?? 0) > 0) return;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // A crash may have left one under this name, without its line.
    replaceFile(join(folder, sessionFile(sum.first, sum.last)), envelope);
    forget(session);
    // Nothing was awaited since the lines were looked at: the manifest's line comes right after them.
    await log.append('manifest', manifestFields(sum, envelope));
  }

  function forget(session: string | undefined): void {
    sums.drop(session);
    heard.delete(session);
    interrupted.delete(session);
  }

  function note(line: SessionLine): void {
    const session = sums.add(line);
    if (session === undefined) return;
    heard.delete(session.name);
    heard.set(session.name, now());
    interrupted.delete(session.name);
    if (heard.size > MOST) endOldest();
  }

  /** Whether or not its manifest can be signed: what is kept in memory has a limit. */
  function endOldest(): void {
    const [oldest] = heard.keys();
    heard.delete(oldest);
    void queue(() => [oldest], 'idle').then(() => {
      if (!heard.has(oldest)) forget(oldest);
    });
  }

  function takeEarlier(line: SessionLine): void {
    const { session } = line.members;
    const name = typeof session === 'string' ? session : undefined;
    if (line.type === 'manifest') forget(name);
    if (sums.add(line) === undefined) return;
    heard.delete(name);
    // As long ago as can be: it is ended at the next look.
    heard.set(name, Number.NEGATIVE_INFINITY);
    interrupted.add(name);
    const [oldest] = heard.keys();
    if (heard.size > MOST) forget(oldest);
  }

  async function resume(read: (take: (line: SessionLine) => void) => Promise<void>): Promise<void> {
    late = [];
    await read(takeEarlier).catch((error: unknown) => {
      // Of what was not read to its end no manifest could be right.
      for (const session of interrupted) forget(session);
      onFault(error);
    });
    const meanwhile = late;
    late = undefined;
    for (const line of meanwhile) note(line);
    if (interrupted.size > 0) await deps.log().signed(FIRST_SIGNATURE);
  }

  function endIdle(): Promise<void> {
    const since = now() - idle;
    return queue(
      () => [...heard].filter(([, at]) => at <= since).map(([session]) => session),
      'idle',
    );
  }

  function count(line: SessionLine, by: 1 | -1): void {
    const session = sessionOf(line);
    if (session === undefined) return;
    const now = (coming.get(session.name) ?? 0) + by;
    if (now > 0) coming.set(session.name, now);
    else coming.delete(session.name);
  }

  return {
    expect: (line) => count(line, 1),
    note(line) {
      count(line, -1);
      if (late === undefined) note(line);
      else late.push(line);
    },
    resume(read) {
      work = work.then(() => resume(read)).catch(onFault);
      return endIdle();
    },
    endIdle,
    endAll: () => queue(() => sums.sessions, 'stop'),
    get open() {
      return sums.sessions.length;
    },
  };
}

function unsigned(fault: string): WaterwallError<'audit-unavailable'> {
  return new WaterwallError(
    'audit-unavailable',
    `a session ended without its manifest: nothing is signed (${fault})`,
    { fix: 'see why the signer does not sign; the lines of the session are in the log' },
  );
}

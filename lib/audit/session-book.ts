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
   * @param length - of the log, before anything of this run
   * @param read - gives the lines before that length, now and whenever lines are to be read back
   */
  resume(length: number, read: ReadBack): Promise<void>;
  /** Ends the sessions that nothing was heard of for long, and reads back some that are not followed. */
  endIdle(): Promise<void>;
  /** Ends all of them, before the log is closed. */
  endAll(): Promise<void>;
  /**
   * Number of sessions with lines that no manifest tells of. All those that are not followed, because
   * there were too many while nothing was signed, count as one.
   */
  readonly open: number;
}

/** Reads the lines of sessions, and those that end them, which a log of some length has; in order. */
export type ReadBack = (length: number, take: (line: SessionLine) => void) => Promise<void>;

export interface SessionBookDeps {
  readonly log: () => Pick<SignedLog, 'append' | 'keys' | 'manifest' | 'latest' | 'signed'>;
  /** Where the manifests go. */
  readonly folder: string;
  /** Milliseconds after which a session has ended. */
  readonly idle: number;
  /** No more sessions at a time; a thousand if absent. */
  readonly most?: number;
  /** The monotonic clock, milliseconds. */
  now(): number;
  onFault(error: unknown): void;
}

/**
 * Sessions are named by clients: no more of them at a time. The one heard of least recently ends; as
 * many again may wait for that. Others are not followed, and read back from the log.
 */
const MOST = 1_000;

/** How long the first signature after a start may take before interrupted sessions wait for a later look. */
const FIRST_SIGNATURE = 10_000;

export function createSessionBook(deps: SessionBookDeps): SessionBook {
  const { folder, idle, now, onFault, most = MOST } = deps;
  const sums = createSessionSums();
  /** The one heard of least recently is the first. */
  const heard = new Map<string | undefined, number>();
  /** Sessions of an earlier run that nothing was heard of in this one. */
  const interrupted = new Set<string | undefined>();
  /** Lines that have their place and are not durable yet, of each session that has some. */
  const coming = new Map<string | undefined, number>();
  /** Lines that came while earlier ones are being read back. */
  let late: SessionLine[] | undefined;
  let readBack: ReadBack | undefined;
  /** Lines of the log before this run, and all that are known to be durable. */
  let begun = 0;
  let length = 0;
  /** Where the lines begin of the sessions that are not followed; undefined where there is none. */
  let behind: number | undefined;
  /** How many sessions are ended because there are too many. */
  let ending = 0;
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
    const session = sessionOf(line);
    if (session === undefined) return;
    const isFull = behind !== undefined || ending >= most;
    if (isFull && !sums.has(session.name)) {
      fallBehind(line.seq);
      return;
    }
    sums.add(line);
    heard.delete(session.name);
    heard.set(session.name, now());
    interrupted.delete(session.name);
    if (heard.size > most) endOldest();
  }

  /** Whether or not its manifest can be signed: what is kept in memory has a limit. */
  function endOldest(): void {
    const [oldest] = heard.keys();
    heard.delete(oldest);
    ending++;
    void queue(() => [oldest], 'idle').then(() => {
      ending--;
      const sum = sums.sum(oldest);
      if (heard.has(oldest) || sum === undefined) return;
      fallBehind(sum.first);
      forget(oldest);
    });
  }

  function fallBehind(seq: number): void {
    if (behind === undefined) onFault(tooMany(most));
    behind = Math.min(behind ?? seq, seq);
  }

  /**
   * Reads the sessions back that are not followed, as many as there is room for. A manifest must be of
   * all lines since the one before, so that what is followed must be followed from its first line on.
   */
  async function catchUp(): Promise<void> {
    const from = behind;
    if (from === undefined || readBack === undefined) return;
    const followed = new Set(sums.sessions);
    let skipped: number | undefined;
    late = [];
    try {
      await readBack(length, (line) => {
        const name = nameOf(line);
        if (line.seq < from || followed.has(name)) return;
        if (line.type === 'manifest') forget(name);
        else if (sums.has(name) || sums.size < most) takeEarlier(name, line);
        else skipped ??= line.seq;
      });
      behind = skipped;
    } catch (error) {
      // Of what was not read to its end no manifest could be right.
      for (const session of sums.sessions) if (!followed.has(session)) forget(session);
      onFault(error);
    }
    const meanwhile = late;
    late = undefined;
    for (const line of meanwhile) note(line);
  }

  function takeEarlier(name: string | undefined, line: SessionLine): void {
    sums.add(line);
    // As long ago as can be: it is ended at the next look.
    heard.set(name, Number.NEGATIVE_INFINITY);
    if (line.seq < begun) interrupted.add(name);
    else interrupted.delete(name);
  }

  async function resume(): Promise<void> {
    behind = 0;
    await catchUp();
    if (interrupted.size > 0) await deps.log().signed(FIRST_SIGNATURE);
  }

  /** Makes room, and takes the next part. */
  async function resumeMore(): Promise<void> {
    if (behind === undefined) return;
    for (const session of sums.sessions) await end(session, 'idle');
    await catchUp();
  }

  function endIdle(): Promise<void> {
    work = work.then(resumeMore).catch(onFault);
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
      length = line.seq + 1;
      if (late === undefined) note(line);
      else late.push(line);
    },
    resume(before, read) {
      begun = before;
      length = Math.max(length, before);
      readBack = read;
      work = work.then(resume).catch(onFault);
      return endIdle();
    },
    endIdle,
    endAll: () => queue(() => sums.sessions, 'stop'),
    get open() {
      return sums.size + (behind === undefined ? 0 : 1);
    },
  };
}

/** The session that a line belongs to or ends. */
function nameOf({ members }: SessionLine): string | undefined {
  const { session } = members;
  return typeof session === 'string' ? session : undefined;
}

function tooMany(most: number): WaterwallError<'audit-unavailable'> {
  return new WaterwallError(
    'audit-unavailable',
    `more than ${most} sessions wait for their manifests: those of further ones are written from the log, later`,
    { fix: 'see why the signer does not sign; the lines of all sessions are in the log' },
  );
}

function unsigned(fault: string): WaterwallError<'audit-unavailable'> {
  return new WaterwallError(
    'audit-unavailable',
    `a session ended without its manifest: nothing is signed (${fault})`,
    { fix: 'see why the signer does not sign; the lines of the session are in the log' },
  );
}

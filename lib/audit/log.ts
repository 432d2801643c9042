import { type FileHandle, open as openFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WaterwallError } from '../errors.ts';
import { readChainEnd } from './chain-end.ts';
import { explain, missingChain } from './damage.ts';
import { CHAIN_FOLDER, exists } from './folder.ts';
import { leafHash } from './leaf.ts';
import { buildLine } from './line.ts';
import { type LogLock, lockLog } from './lock.ts';
import { makeDurable, recoverTail } from './recovery.ts';
import { createSegment } from './segment.ts';
import type { AuditLog, ChainHead, LineFields, LineType } from './types.ts';
import { createWriter } from './writer.ts';

/** What a log needs of the world. */
export interface LogDeps {
  /** The wall clock. Lines get its time as it is, also where it steps back. */
  now(): Date;
  /** Told once, when nothing can be appended any more. */
  onPoison?(error: WaterwallError<'audit-unavailable'>): void;
  /** The fields of line 0, a `key` line, for a log that has no line yet. */
  readonly first?: LineFields;
  /**
   * Called before the first line is appended.
   *
   * @param end - the head of what was found on the disk
   * @param segment - the first `seq` of the segment that is appended to
   */
  follow?(end: ChainHead, segment: number): LogFollower;
}

/** A line as it was appended. */
export interface AppendedLine {
  readonly seq: number;
  readonly ts: string;
  readonly type: LineType;
  readonly members: LineFields;
  /** Without its newline. */
  readonly bytes: Buffer;
}

/** Who goes along with a log. */
export interface LogFollower {
  /** A line has its place and its bytes; it is not durable yet. */
  appended?(line: AppendedLine): void;
  /** A line has become durable; in order, before its append settles. */
  durable(head: ChainHead, type: LineType, line: AppendedLine): void;
  /** `stop` is durable. The log is closed when this settles. */
  stopping(): Promise<void>;
}

/**
 * Opens the chain of a log folder for appending. Never creates one. Where the last writing was cut
 * short, its remains are moved aside and the first line is `recovered`.
 *
 * @throws WaterwallError `chain-damaged`; `already-running` where another process writes it
 */
export async function openLog(logFolder: string, deps: LogDeps): Promise<AuditLog> {
  return await open(logFolder, deps).catch((error: unknown) => explain(logFolder, error));
}

async function open(logFolder: string, deps: LogDeps): Promise<AuditLog> {
  const chain = join(logFolder, CHAIN_FOLDER);
  if (!(await exists(chain))) throw missingChain(chain);
  const lock = await lockLog(logFolder);
  let file: FileHandle | undefined;
  try {
    const end = await readChainEnd(chain);
    const torn = await recoverTail(logFolder, end);
    await makeDurable(logFolder, end);
    file = end.sealed
      ? await createSegment(chain, end.head.length)
      : await openFile(end.segment.path, 'a');
    const segment = end.sealed ? end.head.length : end.segment.first;
    const log = startLog({ chain, segment, file, end: end.head }, deps, lock);
    if (end.head.length === 0 && deps.first !== undefined) await log.append('key', deps.first);
    for (const tail of torn) await log.append('recovered', { ...tail });
    return log;
  } catch (error) {
    await file?.close();
    await lock.release();
    throw error;
  }
}

/** A segment, open for appending. */
interface OpenSegment {
  readonly chain: string;
  /** Its first line's `seq`. */
  readonly segment: number;
  readonly file: FileHandle;
  /** The head of what the chain holds. */
  readonly end: ChainHead;
}

function startLog(at: OpenSegment, deps: LogDeps, lock: LogLock): AuditLog {
  const { chain, file, end } = at;
  let built = end;
  let durable = end;
  let closing: Promise<void> | undefined;
  /** The line that was appended last. */
  let latest: Promise<number> | undefined;
  const follower = deps.follow?.(end, at.segment);
  const writer = createWriter(file, {
    nextSegment: (first) => createSegment(chain, first),
    onPoison: (error) => deps.onPoison?.(error),
  });

  /** Builds the line at once: its place, and what the caller's objects say now, are settled here. */
  function append(type: LineType, fields: LineFields, seals = false): Promise<number> {
    latest = new Promise((resolve, reject) => {
      if (writer.failure !== undefined) throw writer.failure;
      const now = deps.now();
      const bytes = buildLine(built, now, type, fields);
      const seq = built.length;
      const own = bytes.subarray(0, -1);
      const head: ChainHead = { length: seq + 1, hash: leafHash(own) };
      built = head;
      const line = { seq, ts: now.toISOString(), type, members: fields, bytes: own };
      const settle = (): void => {
        durable = head;
        follower?.durable(head, type, line);
        resolve(seq);
      };
      writer.push({ seq, bytes, seals, settle, fail: reject });
      follower?.appended?.(line);
    });
    return latest;
  }

  async function close(last: () => LineFields): Promise<void> {
    try {
      // What the last line says may depend on those before it.
      await latest?.catch(() => {});
      if (writer.failure === undefined) {
        await append('stop', last());
        await follower?.stopping();
      }
    } finally {
      await writer.close().finally(() => lock.release());
    }
  }

  return {
    append(type, fields) {
      return closing === undefined ? append(type, fields) : Promise.reject(closed());
    },
    rotate(fields = {}) {
      return closing === undefined ? append('rotation', fields, true) : Promise.reject(closed());
    },
    close(last = () => ({})) {
      closing ??= close(last);
      return closing;
    },
    get failure() {
      return writer.failure;
    },
    get head() {
      return durable;
    },
  };
}

function closed(): WaterwallError<'audit-unavailable'> {
  return new WaterwallError('audit-unavailable', 'the audit log is closed', {
    fix: 'Waterwall is stopping: start it again',
  });
}

import { WaterwallError } from '../errors.ts';

/** A line on its way to the disk. */
export interface PendingLine {
  readonly seq: number;
  /** With its newline. */
  readonly bytes: Buffer;
  /** The line is the last of its segment. */
  readonly seals: boolean;
  /** Called once the line is durable; in the order of the lines. */
  settle(): void;
  /** Called instead where it never will be. */
  fail(error: Error): void;
}

/** A file open for appending, as `fs.promises.open` gives it. */
export interface AppendFile {
  write(
    bytes: Buffer,
    offset: number,
    length: number,
    position: number | null,
  ): Promise<{ readonly bytesWritten: number }>;
  datasync(): Promise<void>;
  close(): Promise<void>;
}

/** What the writer needs of its surroundings. */
export interface WriterDeps {
  /** Makes the segment that begins with the line `first`, open for appending. */
  nextSegment(first: number): Promise<AppendFile>;
  /** Called once, in the same turn in which the waiting lines fail. */
  onPoison(failure: WaterwallError<'audit-unavailable'>): void;
}

/**
 * Writes lines durably: one write and one fdatasync for whatever is queued. A file opened with O_DSYNC
 * would spare a hop to the thread pool, a seventh of a line's delay; the two calls are what operators
 * and tests watch and inject faults into.
 */
export interface Writer {
  readonly failure: WaterwallError<'audit-unavailable'> | undefined;
  /** Queues a line. Must not be called once {@link Writer.failure} is set. */
  push(line: PendingLine): void;
  /** Waits until nothing is queued or under way, and closes the file. */
  close(): Promise<void>;
}

/**
 * A writer on a file open for appending.
 *
 * There is no timer: while one batch is synced the next one collects. Any error poisons the
 * writer for good: after a failed sync the kernel may have dropped the dirty pages and report
 * success next time (PostgreSQL's fsync finding, 2018). What the disk holds is then found out, and
 * mended, by opening the log anew.
 */
export function createWriter(first: AppendFile, deps: WriterDeps): Writer {
  let file = first;
  let queue: PendingLine[] = [];
  let failure: WaterwallError<'audit-unavailable'> | undefined;
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    // What is appended in the same turn of the event loop shares the first batch.
    await Promise.resolve();
    while (queue.length > 0) {
      const batch = takeBatch();
      try {
        await commit(batch);
      } catch (error) {
        poison(batch, error);
        break;
      }
      for (const line of batch) line.settle();
    }
    running = undefined;
  }

  /** Whatever is queued, but no line after one that seals its segment. */
  function takeBatch(): PendingLine[] {
    const seal = queue.findIndex((line) => line.seals);
    return queue.splice(0, seal < 0 ? queue.length : seal + 1);
  }

  async function commit(batch: readonly PendingLine[]): Promise<void> {
    await writeAll(file, Buffer.concat(batch.map((line) => line.bytes)));
    await file.datasync();
    const last = batch.at(-1);
    if (last?.seals !== true) return;
    const next = await deps.nextSegment(last.seq + 1);
    const sealed = file;
    file = next;
    await sealed.close();
  }

  function poison(batch: readonly PendingLine[], cause: unknown): void {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const error = new WaterwallError(
      'audit-unavailable',
      `the audit log cannot be written: ${reason}`,
      {
        fix: 'make sure that the disk under the log folder is well and has room, then restart Waterwall',
        cause,
      },
    );
    failure = error;
    const lost = [...batch, ...queue];
    queue = [];
    for (const line of lost) line.fail(error);
    deps.onPoison(error);
  }

  return {
    get failure() {
      return failure;
    },
    push(line) {
      queue.push(line);
      running ??= run();
    },
    async close() {
      while (running !== undefined) await running;
      await file.close();
    },
  };
}

/**
 * Writes all bytes, at the file's end or at a position. A write may be short (a full disk, a signal): the
 * rest, or the error, comes with the next one.
 */
export async function writeAll(
  file: Pick<AppendFile, 'write'>,
  bytes: Buffer,
  position: number | null = null,
): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const to = position === null ? null : position + at;
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, to);
    if (bytesWritten === 0) throw new Error('a write took no bytes');
    at += bytesWritten;
  }
}

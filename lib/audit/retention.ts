import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { damaged } from './damage.ts';
import { SESSION } from './evidence/names.ts';
import { openFrontier } from './frontier.ts';
import { readSegmentNotes } from './kept-notes.ts';
import type { LogKey } from './log-key.ts';
import { membersOf, parseLine } from './parse.ts';
import { createPiece } from './piece.ts';
import { lastLineOf, type Pruning, pruningFields, readBeginning, readPrunings } from './pruning.ts';
import { listSegments, type Segment, syncFolder } from './segment.ts';
import type { SignedLog } from './signed-log.ts';
import { readFirstLine } from './tail.ts';
import { walkLines } from './walk.ts';

export interface RetentionDeps {
  /** The log folder; session manifests lie in it. */
  readonly logFolder: string;
  readonly chainFolder: string;
  readonly key: LogKey;
  readonly log: Pick<SignedLog, 'failure' | 'rotate' | 'signed' | 'signing'>;
  /** How long lines are kept, milliseconds. */
  readonly retention: number;
  /** The wall clock, milliseconds. */
  now(): number;
}

/** A segment that is open for this part of the retention is sealed: only sealed ones can go. */
const SEAL_AFTER = 1 / 10;

/** How long a signature is waited for before the next look takes care of the rest. */
const SIGNATURE_WITHIN = 10_000;

/** Between two pieces of half a megabyte: streams that are being served come first. */
const PAUSE = 30;

/**
 * Removes sealed segments whose last line is older than the retention, as share/SPEC-audit.md
 * section 13 says: never before a line that says so is durable and signed, the oldest first. Where it is cut
 * short, the next call goes on. Does nothing while the log cannot be written or is not signed.
 *
 * @throws WaterwallError `chain-damaged` where what would go is not what was signed: it stays
 */
export async function applyRetention(deps: RetentionDeps): Promise<void> {
  const { log } = deps;
  if (log.failure !== undefined || log.signing.state !== 'running') return;
  await removeAnnounced(deps);
  const { segments } = await listSegments(deps.chainFolder);
  const due = await findDue(segments, deps);
  if (due.length === 0) {
    if (await isOpenForLong(segments, deps)) await log.rotate();
    return;
  }
  const pruning = await provePruning(segments, due, deps);
  await log.rotate(pruningFields(segments[0]?.first ?? 0, pruning));
  if (await log.signed(SIGNATURE_WITHIN)) await removeAnnounced(deps);
}

/** The segments at the beginning that are sealed, signed to their end, and old. */
async function findDue(
  segments: readonly Segment[],
  { chainFolder, key, log, retention, now }: RetentionDeps,
): Promise<readonly Segment[]> {
  const old: Segment[] = [];
  for (const segment of segments.slice(0, -1)) {
    const last = await lastLineOf(segment);
    if (last?.type !== 'rotation' || last.seq >= log.signing.signedSize) break;
    if (Date.parse(last.ts) >= now() - retention) break;
    old.push(segment);
  }
  // One whose own note was lost in a crash goes with a later one, whose note covers it too.
  while (old.length > 0) {
    const { notes } = await readSegmentNotes(chainFolder, key, old.at(-1)?.name);
    if (notes[0]?.size === segments[old.length]?.first) break;
    old.pop();
  }
  return old;
}

async function isOpenForLong(
  segments: readonly Segment[],
  { retention, now }: RetentionDeps,
): Promise<boolean> {
  const current = segments.at(-1);
  if (current === undefined) return false;
  const file = await open(current.path, 'r');
  try {
    const bytes = await readFirstLine(file);
    const line = bytes === undefined ? undefined : parseLine(bytes, {});
    if (line === undefined || 'fault' in line) return false;
    return Date.parse(line.ts) < now() - retention * SEAL_AFTER;
  } finally {
    await file.close();
  }
}

/** Reads what is to go, and holds it against the checkpoint that covers it; gives the tree of it. */
async function provePruning(
  segments: readonly Segment[],
  due: readonly Segment[],
  { chainFolder, key }: RetentionDeps,
): Promise<Omit<Pruning, 'seq'>> {
  const begins = await readBeginning(chainFolder, segments);
  const next = segments[due.length]?.first ?? 0;
  const tree = openFrontier(begins.next, begins.frontier);
  const piece = createPiece({
    first: begins.next,
    key,
    onLine: ({ hash }) => tree.add(Buffer.from(hash, 'base64')),
  });
  for (const { path, name } of due) {
    let number = 0;
    await walkLines(
      path,
      (bytes) => piece.take(bytes, name, ++number),
      () => sleep(PAUSE),
    );
  }
  const [note] = (await readSegmentNotes(chainFolder, key, due.at(-1)?.name)).notes;
  if (piece.tampered === undefined && piece.due === next && note?.root.equals(tree.root())) {
    return { next, frontier: tree.hashes };
  }
  throw damaged(
    chainFolder,
    `the lines ${begins.next} to ${next - 1}, which are old enough to be removed, are not those that were signed`,
  );
}

/** Removes what a signed line says is removed; the oldest first, so that no hole can be left. */
async function removeAnnounced(deps: RetentionDeps): Promise<void> {
  const { chainFolder, log } = deps;
  const { segments } = await listSegments(chainFolder);
  const signed = (await readPrunings(segments.slice(0, -1))).filter(
    ({ seq }) => seq < log.signing.signedSize,
  );
  const border = Math.max(0, ...signed.map(({ next }) => next));
  for (const [index, segment] of segments.entries()) {
    const end = segments[index + 1]?.first;
    if (end === undefined || end > border) return;
    await removeManifests(segment, deps);
    await rm(segment.path.replace(/jsonl$/, 'note'), { force: true });
    await rm(segment.path);
    await syncFolder(chainFolder);
  }
}

/** The session manifests that the lines of a segment name: without the line they are of no log. */
async function removeManifests(segment: Segment, { logFolder }: RetentionDeps): Promise<void> {
  const files: string[] = [];
  await walkLines(
    segment.path,
    (bytes) => {
      if (!bytes.includes('"line_type":"manifest"')) return true;
      const line = parseLine(bytes, {});
      const file = 'fault' in line ? undefined : membersOf(line)['file'];
      if (typeof file === 'string' && SESSION.test(file)) files.push(file);
      return true;
    },
    () => sleep(PAUSE),
  );
  for (const file of files) await rm(join(logFolder, file), { force: true });
}

export interface Retention {
  /** Waits for what is under way; nothing begins any more. */
  close(): Promise<void>;
}

const FIRST_LOOK = 60_000;
const EVERY = 60 * 60_000;

/** Looks once an hour whether there is something to remove. */
export function startRetention(deps: RetentionDeps, onFault: (error: unknown) => void): Retention {
  let running: Promise<void> | undefined;
  const look = (): void => {
    running ??= applyRetention(deps)
      .catch(onFault)
      .finally(() => {
        running = undefined;
      });
  };
  const first = setTimeout(look, FIRST_LOOK).unref();
  const timer = setInterval(look, EVERY).unref();
  return {
    async close() {
      clearTimeout(first);
      clearInterval(timer);
      await running;
    },
  };
}

import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { WaterwallError } from '../errors.ts';
import { type Frontier, openFrontier } from './frontier.ts';
import { ZERO_HASH } from './leaf.ts';
import { parseLine } from './parse.ts';
import { firstSeqOf, listSegments, padSeq } from './segment.ts';
import { walkLines } from './walk.ts';

/** Where a chain stops being one. */
export interface Tampering {
  /** The `seq` that is due at that place. */
  readonly seq: number;
  /** The segment's name. */
  readonly file: string;
  /** The line's number in the file, from 1. */
  readonly line: number;
  readonly reason: string;
}

/** What a chain's own bytes prove. */
export interface ChainReport {
  /** `unsigned`: intact, but anyone who can write the files could have made it so. */
  readonly verdict: 'tampered' | 'unsigned';
  /** Number of lines that hold together, from the first one on. */
  readonly lines: number;
  /** The `seq` of the first and last of them; absent where there is none. */
  readonly first?: number;
  readonly last?: number;
  /** The last one's leaf hash, base64. */
  readonly head: string;
  /** The RFC 6962 root over all lines, base64; absent where the first line is not line 0. */
  readonly root?: string;
  /** Bytes after the last newline: a line that is being written, or was cut short by a crash. */
  readonly torn: number;
  /** Number of signed checkpoints that were verified. */
  readonly checkpoints: 0;
  readonly tampered?: Tampering;
}

/**
 * Verifies a chain folder, or one segment of it, as far as its bytes alone can tell: form and
 * numbers of the lines, the hash that links each to the one before it, names of the segments.
 * Nothing in the chain links to what comes after its end: that the last lines are the ones that
 * were written, and all of them, only a signed checkpoint or a head kept elsewhere can tell.
 *
 * @throws WaterwallError `file-missing` or `io-error` where it cannot be read
 */
export async function verifyChain(path: string): Promise<ChainReport> {
  try {
    const isFolder = (await stat(path)).isDirectory();
    return isFolder ? await verifyFolder(path) : await verifySegment(path);
  } catch (cause) {
    throw cause instanceof WaterwallError ? cause : unreadable(path, cause);
  }
}

async function verifyFolder(path: string): Promise<ChainReport> {
  const { segments, misnamed } = await listSegments(path);
  const walk: Walk = { lines: 0, due: 0, head: ZERO_HASH, tree: openFrontier(), torn: 0 };
  if (misnamed[0] !== undefined) found(walk, misnamed[0], 0, 'not the name of a segment');
  if (segments.length === 0) found(walk, `${padSeq(0)}.jsonl`, 0, 'there is no segment');
  for (const segment of segments) {
    if (walk.torn > 0) found(walk, segment.name, 0, 'the segment before it ends within a line');
    if (segment.first !== walk.due) {
      found(walk, segment.name, 0, `the segment that begins with line ${walk.due} is missing`);
    }
    if (walk.tampered !== undefined) break;
    await verifyLines(segment.path, walk);
  }
  return report(walk);
}

/** One segment alone: what comes before it is believed. Copies may have any name. */
async function verifySegment(path: string): Promise<ChainReport> {
  const first = firstSeqOf(path);
  const isStart = first === 0;
  const walk: Walk = {
    lines: 0,
    due: first,
    head: isStart ? ZERO_HASH : undefined,
    tree: isStart ? openFrontier() : undefined,
    torn: 0,
  };
  await verifyLines(path, walk);
  return report(walk);
}

/** How far a verification has come. */
interface Walk {
  lines: number;
  first?: number;
  /** The next line's `seq`; undefined where any will do. */
  due: number | undefined;
  /** The hash of the line before it; likewise. */
  head: string | undefined;
  readonly tree: Frontier | undefined;
  torn: number;
  tampered?: Tampering;
}

async function verifyLines(path: string, walk: Walk): Promise<void> {
  const name = basename(path);
  let number = 0;
  walk.torn = await walkLines(path, (bytes) => {
    number++;
    const line = parseLine(bytes, { seq: walk.due, prevHash: walk.head });
    if ('fault' in line) {
      found(walk, name, number, line.fault);
      return false;
    }
    walk.lines++;
    walk.first ??= line.seq;
    walk.due = line.seq + 1;
    walk.head = line.hash;
    walk.tree?.add(Buffer.from(line.hash, 'base64'));
    return true;
  });
}

/** Notes where the chain breaks; only the first place counts. */
function found(walk: Walk, file: string, line: number, reason: string): void {
  walk.tampered ??= { seq: walk.due ?? 0, file, line, reason };
}

function report(walk: Walk): ChainReport {
  const { lines, first, head, tree, torn, tampered } = walk;
  return {
    verdict: tampered === undefined ? 'unsigned' : 'tampered',
    lines,
    ...(first === undefined ? {} : { first, last: first + lines - 1 }),
    head: head ?? ZERO_HASH,
    ...(tree === undefined ? {} : { root: tree.root().toString('base64') }),
    torn,
    checkpoints: 0,
    ...(tampered === undefined ? {} : { tampered }),
  };
}

function unreadable(path: string, cause: unknown): WaterwallError<'file-missing' | 'io-error'> {
  const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
  const what = isMissing ? 'is not there' : 'cannot be read';
  return new WaterwallError(isMissing ? 'file-missing' : 'io-error', `${path} ${what}.`, {
    fix: 'Name the chain folder in the log folder, or one segment in it.',
    cause,
  });
}

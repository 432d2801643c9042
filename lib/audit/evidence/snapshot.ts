import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WaterwallError } from '../../errors.ts';
import { type Checkpoint, openCheckpoint } from '../checkpoint.ts';
import { damaged } from '../damage.ts';
import { CHECKPOINT_FILE } from '../folder.ts';
import { membersOf } from '../parse.ts';
import { createPiece } from '../piece.ts';
import { listSegments, type Segment } from '../segment.ts';
import { openTree, type Tree } from '../tree.ts';
import type { VerifierKey } from '../vkey.ts';
import { walkLines } from '../walk.ts';

/** A checkpoint and its note. */
export interface SignedCheckpoint extends Checkpoint {
  readonly note: string;
}

/** A log as it was signed for at one moment; what is appended later is none of it. */
export interface Snapshot {
  readonly segments: readonly Segment[];
  /** The first and last line of the range. */
  readonly first: number;
  readonly last: number;
  /** One that covers the range: the earliest one in the chain that does, else the latest. */
  readonly checkpoint: SignedCheckpoint;
  /** The tree over all lines up to the checkpoint's. */
  readonly tree: Tree;
}

/** The time that evidence is asked for, milliseconds, both ends included. */
export interface TimeRange {
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

/**
 * Reads a chain up to its latest checkpoint, verifies it, and finds a range in it.
 *
 * @param onLines - told of the number of lines read, now and then, and of how many there are
 * @throws WaterwallError `chain-damaged`; `usage` where there is no line in that time
 */
export async function takeSnapshot(
  chainFolder: string,
  logFolder: string,
  key: VerifierKey,
  { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY }: TimeRange,
  onLines: (done: number, total: number) => void,
): Promise<Snapshot> {
  const latest = await readLatest(logFolder, key);
  const { segments } = await listSegments(chainFolder);
  const begins = segments[0]?.first ?? 0;
  if (begins > 0) {
    throw damaged(chainFolder, `lines 0 to ${begins - 1} are not there any more`);
  }
  const tree = openTree();
  const notes: SignedCheckpoint[] = [latest];
  let first: number | undefined;
  let last: number | undefined;
  const piece = createPiece({
    first: 0,
    key,
    onLine(line) {
      tree.add(Buffer.from(line.hash, 'base64'));
      const ts = Date.parse(line.ts);
      if (ts >= since) first ??= line.seq;
      if (ts <= until) last = line.seq;
      if (line.type === 'checkpoint') notes.push(noteOf(membersOf(line)['note'] as string, key));
    },
  });
  for (const segment of segments) {
    let number = 0;
    if (tree.size >= latest.size) break;
    await walkLines(segment.path, (bytes) => {
      if (++number % 1000 === 0) onLines(tree.size, latest.size);
      return piece.take(bytes, segment.name, number) && tree.size < latest.size;
    });
  }
  const { tampered } = piece;
  if (tampered !== undefined) throw damaged(chainFolder, `${tampered.file}: ${tampered.reason}`);
  if (tree.size < latest.size) {
    throw damaged(chainFolder, `${latest.size} lines were signed, there are ${tree.size}`);
  }
  if (!tree.root(latest.size).equals(latest.root)) {
    throw damaged(chainFolder, 'its lines are not those that were signed');
  }
  if (first === undefined || last === undefined || first > last) throw nothingThen();
  const end = last;
  // The earliest one that covers the range: the same evidence whenever it is asked for again.
  const covering = notes
    .filter(({ size }) => size > end)
    .reduce((one, other) => (other.size < one.size ? other : one));
  return { segments, first, last, checkpoint: covering, tree };
}

async function readLatest(logFolder: string, key: VerifierKey): Promise<SignedCheckpoint> {
  const path = join(logFolder, CHECKPOINT_FILE);
  const note = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
    throw new WaterwallError('file-missing', `${path} is not there: nothing is signed yet`, {
      fix: 'start Waterwall once, so that the signer signs what there is',
      cause,
    });
  });
  return noteOf(note, key, path);
}

function noteOf(note: string, key: VerifierKey, path = 'the chain'): SignedCheckpoint {
  const checkpoint = openCheckpoint(note, key);
  if ('fault' in checkpoint) throw damaged(path, checkpoint.fault);
  return { ...checkpoint, note };
}

function nothingThen(): WaterwallError<'usage'> {
  return new WaterwallError('usage', 'there is no signed line in that time', {
    fix: 'give another --since and --until, or leave them out for the whole log',
  });
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WaterwallError } from '../../errors.ts';
import { type Checkpoint, openCheckpoint } from '../checkpoint.ts';
import { damaged } from '../damage.ts';
import { CHECKPOINT_FILE } from '../folder.ts';
import { type FoundEpoch, openKeyEpochs } from '../key-epochs.ts';
import type { LogKey } from '../log-key.ts';
import { membersOf, type ParsedLine } from '../parse.ts';
import { createPiece } from '../piece.ts';
import { readBeginning } from '../pruning.ts';
import { listSegments, type Segment } from '../segment.ts';
import { openTree, type Tree } from '../tree.ts';
import { type Place, type PlacedLine, readLines } from './chain-lines.ts';
import { type EvidenceRange, surveyChain } from './survey.ts';

/** A checkpoint and its note. */
export interface SignedCheckpoint extends Checkpoint {
  readonly note: string;
}

/** A part of a log as it was signed for at one moment; what is appended later is none of it. */
export interface Snapshot {
  readonly segments: readonly Segment[];
  /** The first and last line of the range. */
  readonly first: number;
  readonly last: number;
  /** Where the first one begins. */
  readonly from: Place;
  /** One that covers the range: the earliest one in the chain that does, else the latest. */
  readonly checkpoint: SignedCheckpoint;
  /** The tree up to the checkpoint's size; it knows the range's leaves. */
  readonly tree: Tree;
  /** The keys up to the checkpoint's. */
  readonly epochs: readonly FoundEpoch[];
}

export interface SnapshotOptions extends EvidenceRange {
  /** Told of each line of the range. */
  onLine?(line: ParsedLine, at: PlacedLine): void;
  /** Told how much of the chain was read, now and then. */
  onRead?(done: number, total: number): void;
}

/**
 * Finds a range of a chain and verifies it: from a checkpoint before it to one that covers it, so
 * that nothing else of a long chain has to be read closely. What was removed on purpose is no part
 * of any range.
 *
 * @param trusted - the log's first key
 * @throws WaterwallError `chain-damaged`; `usage` where there is no such line
 */
export async function takeSnapshot(
  chainFolder: string,
  logFolder: string,
  trusted: LogKey,
  { onLine, onRead = () => {}, ...range }: SnapshotOptions,
): Promise<Snapshot> {
  const path = join(logFolder, CHECKPOINT_FILE);
  const note = await readLatest(path);
  // After it: the keys that signed it and all before it are there.
  const { key, found } = await openKeyEpochs(chainFolder, trusted);
  const latest = noteOf(note, key, path);
  const { segments } = await listSegments(chainFolder);
  const begins = await readBeginning(chainFolder, segments);
  if (range.line !== undefined && range.line < begins.next) throw removed(range.line, begins.next);
  const { size } = latest;
  const survey = await surveyChain(segments, size, range, key, (done) => onRead(done, 2 * size));
  const { last, base } = survey;
  const first = survey.first && Math.max(survey.first, begins.next);
  if (first === undefined || last === undefined || first > last || last >= size) {
    throw nothing(range.line, begins.next, size);
  }
  const start: Place = base?.at ?? {
    seq: begins.next,
    segment: segments.findIndex((each) => each.first === begins.next),
    offset: 0,
  };
  // The siblings of the last leaf are the roots of the full subtrees before it.
  const tree = openTree(start.seq, base?.path.toReversed() ?? begins.frontier);
  let from = start;
  let covering: SignedCheckpoint | undefined;
  let at: PlacedLine | undefined;
  const piece = createPiece({
    first: start.seq,
    key,
    onLine(line) {
      tree.add(Buffer.from(line.hash, 'base64'));
      if (line.seq === first) from = at as PlacedLine;
      if (line.seq >= first && line.seq <= last) onLine?.(line, at as PlacedLine);
      if (line.seq <= last || line.type !== 'checkpoint') return;
      const { size: covered, note } = membersOf(line) as { size: number; note: string };
      if (covered > last) covering ??= noteOf(note, key);
    },
  });
  for await (const lines of readLines(segments, start)) {
    for (const line of lines) {
      if (tree.size === size || covering !== undefined) break;
      at = line;
      const segment = segments[line.segment] as Segment;
      if (piece.due !== undefined && line.offset === 0 && segment.first !== piece.due) {
        throw damaged(segment.path, `line ${piece.due} is due`);
      }
      if (!piece.take(line.bytes, segment.name, 0)) {
        throw damaged(chainFolder, `${segment.name}: ${piece.tampered?.reason}`);
      }
    }
    onRead(size + tree.size, 2 * size);
    if (tree.size === size || covering !== undefined) break;
  }
  const checkpoint = covering ?? latest;
  if (tree.size < checkpoint.size) {
    throw damaged(chainFolder, `${size} lines were signed, there are ${tree.size}`);
  }
  if (!tree.root(checkpoint.size).equals(checkpoint.root)) {
    throw damaged(chainFolder, 'its lines are not those that were signed');
  }
  const { seq, segment, offset } = from;
  const epochs = found.filter((epoch) => epoch.from <= checkpoint.size);
  return { segments, first, last, from: { seq, segment, offset }, checkpoint, tree, epochs };
}

async function readLatest(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
    throw new WaterwallError('file-missing', `${path} is not there: nothing is signed yet`, {
      fix: 'start Waterwall once, so that the signer signs what there is',
      cause,
    });
  });
}

function noteOf(note: string, key: LogKey, path = 'the chain'): SignedCheckpoint {
  const checkpoint = openCheckpoint(note, key);
  if ('fault' in checkpoint) throw damaged(path, checkpoint.fault);
  return { ...checkpoint, note };
}

function nothing(line: number | undefined, first: number, size: number): WaterwallError<'usage'> {
  if (line !== undefined) {
    return new WaterwallError('usage', `line ${line} is not there, or not signed yet`, {
      fix: `name a line from ${first} to ${size - 1}`,
    });
  }
  const gone = `; those before line ${first} were removed when their time was over (audit.retention)`;
  const message = `there is no signed line in that time${first > 0 ? gone : ''}`;
  return new WaterwallError('usage', message, {
    fix: 'give another --since and --until, or leave them out for the whole log',
  });
}

function removed(line: number, first: number): WaterwallError<'usage'> {
  return new WaterwallError(
    'usage',
    `line ${line} was removed when its time was over (audit.retention)`,
    {
      fix: `name a line from ${first} on; what was removed is in earlier exports and backups alone`,
    },
  );
}

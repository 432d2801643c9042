import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Batch } from './batch.ts';
import { type BatchThreads, startBatchThreads } from './batch-threads.ts';
import { MAX_LINE_BYTES } from './leaf.ts';
import type { LogKey } from './log-key.ts';
import { createPiece, type Piece } from './piece.ts';
import { firstSeqOf, listSegments, padSeq } from './segment.ts';
import { verifyLater } from './verify-later.ts';
import { CHUNK_BYTES, walkLines } from './walk.ts';

/** Lines that were verified, and what lies around them. */
export interface Walk {
  readonly piece: Piece;
  /** Bytes after the last newline. */
  readonly torn: number;
}

/** Takes a segment's lines up to the first fault; gives the bytes after its last newline. */
type TakeLines = (path: string, piece: Piece) => Promise<number>;

type Pause = () => Promise<void> | undefined;

/** Less than this is read before threads have started. */
const MANY_BYTES = 32 * 1024 * 1024;

/**
 * Verifies the lines of a chain folder, or of one segment.
 *
 * Signatures are verified in other threads meanwhile, and lines parsed there where they are many.
 * Where anything is wrong, which is seldom, everything is read again, one line after another and
 * each signature in its place: what is wrong first is what is reported.
 *
 * @param given - where lines are parsed
 */
export async function walkChain(
  path: string,
  isFolder: boolean,
  key: LogKey | undefined,
  given?: BatchThreads,
): Promise<Walk> {
  const walk = isFolder ? walkFolder : walkSegment;
  const later = key === undefined ? undefined : verifyLater(key);
  const isLarge = given === undefined && (await bytesOf(path, isFolder)) >= MANY_BYTES;
  const threads = isLarge ? startBatchThreads() : given;
  const take = threads === undefined ? oneByOne(later?.room) : inThreads(threads, later?.room);
  const found = await walk(path, later?.key, take).finally(() => isLarge && threads?.close());
  const isGood = threads === undefined || found.piece.tampered === undefined;
  const isSigned = later === undefined || (await later.allGood());
  return isGood && isSigned ? found : await walk(path, key, oneByOne());
}

async function bytesOf(path: string, isFolder: boolean): Promise<number> {
  const paths = isFolder ? (await listSegments(path)).segments.map((each) => each.path) : [path];
  const sizes = await Promise.all(paths.map(async (each) => (await stat(each)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function walkFolder(path: string, key: LogKey | undefined, take: TakeLines): Promise<Walk> {
  const { segments, misnamed } = await listSegments(path);
  const first = segments[0]?.first;
  const piece = createPiece({ first: first ?? 0, key });
  let torn = 0;
  if (misnamed[0] !== undefined) piece.found(misnamed[0], 0, 'not the name of a segment');
  if (first === undefined) piece.found(`${padSeq(0)}.jsonl`, 0, 'there is no segment');
  for (const segment of segments) {
    if (torn > 0) piece.found(segment.name, 0, 'the segment before it ends within a line');
    if (segment.first !== piece.due) {
      piece.found(segment.name, 0, `the segment that begins with line ${piece.due} is missing`);
    }
    if (segment.first !== first && piece.last?.type !== 'rotation') {
      piece.found(segment.name, 0, 'the segment before it was not sealed');
    }
    if (piece.tampered !== undefined) break;
    torn = await take(segment.path, piece);
  }
  return { piece, torn };
}

/** One segment alone: what comes before it is believed. Copies may have any name. */
async function walkSegment(path: string, key: LogKey | undefined, take: TakeLines): Promise<Walk> {
  const piece = createPiece({ first: firstSeqOf(path), key });
  const torn = await take(path, piece);
  return { piece, torn };
}

function oneByOne(pause?: Pause): TakeLines {
  return (path, piece) => {
    const name = basename(path);
    let number = 0;
    return walkLines(path, (bytes) => piece.take(bytes, name, ++number), pause);
  };
}

function inThreads(threads: BatchThreads, pause?: Pause): TakeLines {
  return async (path, piece) => {
    const name = basename(path);
    const running: Promise<Batch | undefined>[] = [];
    let rest: Buffer = Buffer.alloc(0);

    /** Waits for the earliest batch, so that they are taken in their order. */
    async function takeNext(): Promise<boolean> {
      const batch = await running.shift();
      if (batch === undefined) piece.found(name, 0, 'a line in it is not as lines are');
      else piece.takeBatch(batch, name);
      await pause?.();
      return piece.tampered === undefined;
    }

    const chunks = createReadStream(path, { highWaterMark: CHUNK_BYTES });
    for await (const chunk of chunks as AsyncIterable<Buffer>) {
      const end = chunk.lastIndexOf('\n') + 1;
      if (end > 0) running.push(threads.parse(joined(rest, chunk.subarray(0, end))));
      rest = end > 0 ? chunk.subarray(end) : joined(rest, chunk);
      if (rest.length > MAX_LINE_BYTES) {
        piece.found(name, 0, 'a line in it is too long');
        return 0;
      }
      if (running.length >= threads.width && !(await takeNext())) return 0;
    }
    while (running.length > 0) if (!(await takeNext())) return 0;
    return rest.length;
  };
}

/** In memory of its own, which can be given away. */
function joined(one: Buffer, other: Buffer): Buffer {
  const bytes = Buffer.alloc(one.length + other.length);
  one.copy(bytes);
  other.copy(bytes, one.length);
  return bytes;
}

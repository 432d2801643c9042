import { open } from 'node:fs/promises';
import { damaged } from './damage.ts';
import { MAX_LINE_BYTES, ZERO_HASH } from './leaf.ts';
import { type ParsedLine, parseLine } from './parse.ts';
import { readBeginning } from './pruning.ts';
import { listSegments, type Segment } from './segment.ts';
import { readFirstLine, readTail, type SegmentTail } from './tail.ts';
import type { ChainHead } from './types.ts';

/** Where a chain ends on disk. */
export interface ChainEnd {
  readonly head: ChainHead;
  /** The last segment. */
  readonly segment: Segment;
  /** Bytes of the last segment that are complete lines. */
  readonly size: number;
  /** What follows them: the beginning of a line whose writing was cut short. Mostly empty. */
  readonly torn: Buffer;
  /** The last line seals the last segment, but the next one was not made any more. */
  readonly sealed: boolean;
}

/** The line before: its hash is not known where it was removed. */
type LineBefore = Pick<ChainHead, 'length'> & { readonly hash: string | undefined };

/** Checked when a log is opened. The whole would take a second at 300 MB; `verify-chain` does that. */
export const CHECKED_BYTES = 1024 * 1024;

/** Enough to hold the last line of an earlier segment. */
const LAST_LINE_BYTES = 2 * (MAX_LINE_BYTES + 1);

/**
 * Finds the end of a chain, and checks what must hold to go on there: that no segment is missing
 * which was not removed on purpose, that each fits to the one before it, and the last lines. Changes
 * nothing.
 *
 * @throws WaterwallError `chain-damaged`
 */
export async function readChainEnd(chainFolder: string): Promise<ChainEnd> {
  const { segments, misnamed } = await listSegments(chainFolder).catch((cause: unknown) => {
    throw damaged(chainFolder, 'its chain folder is missing or cannot be read', cause);
  });
  if (misnamed[0] !== undefined) throw damaged(chainFolder, `${misnamed[0]} is no segment's name`);
  await readBeginning(chainFolder, segments);
  const first = segments[0]?.first ?? 0;
  const begins: LineBefore = { length: first, hash: first === 0 ? ZERO_HASH : undefined };
  let end: ChainEnd | undefined;
  for (const segment of segments) {
    if (end !== undefined && end.torn.length > 0) {
      throw damaged(end.segment.path, `${end.segment.name} ends within a line`);
    }
    const isLast = segment === segments.at(-1);
    end = await follow(segment, end?.head ?? begins, isLast ? CHECKED_BYTES : LAST_LINE_BYTES);
  }
  if (end === undefined) throw damaged(chainFolder, 'its chain folder holds no segment');
  return end;
}

/** Checks a segment's seam to the line before it, and its last lines. */
async function follow(segment: Segment, before: LineBefore, window: number): Promise<ChainEnd> {
  if (segment.first !== before.length) {
    throw damaged(segment.path, `the segment that begins with line ${before.length} is missing`);
  }
  const file = await open(segment.path, 'r').catch((cause: unknown) => {
    throw damaged(segment.path, `${segment.name} cannot be read`, cause);
  });
  try {
    const tail = await readTail(file, window);
    const first = tail.whole ? undefined : await readFirstLine(file);
    if (first !== undefined) checked(segment, first, before);
    const last = lastLine(segment, tail, before);
    return {
      head:
        last === undefined ? headOf(segment, before) : { length: last.seq + 1, hash: last.hash },
      segment,
      size: tail.size,
      torn: tail.torn,
      sealed: last?.type === 'rotation',
    };
  } finally {
    await file.close();
  }
}

function headOf(segment: Segment, { length, hash }: LineBefore): ChainHead {
  if (hash !== undefined) return { length, hash };
  throw damaged(segment.path, `${segment.name} has no line, and none is before it`);
}

/** Checks all lines of a tail against each other; gives the last one. */
function lastLine(segment: Segment, tail: SegmentTail, before: LineBefore): ParsedLine | undefined {
  let last: ParsedLine | undefined;
  for (const bytes of tail.lines) {
    const head = last === undefined ? undefined : { length: last.seq + 1, hash: last.hash };
    last = checked(segment, bytes, head ?? (tail.whole ? before : undefined));
  }
  return last;
}

function checked(segment: Segment, bytes: Buffer, before: LineBefore | undefined): ParsedLine {
  const due = before === undefined ? {} : { seq: before.length, prevHash: before.hash };
  const line = parseLine(bytes, due);
  if (!('fault' in line)) return line;
  const place = before === undefined ? 'a line' : `line ${before.length}`;
  throw damaged(segment.path, `${place} of ${segment.name}: ${line.fault}`);
}

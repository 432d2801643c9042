import { type CheckpointLine, coversLine, readCheckpointLine } from '../checkpoint-line.ts';
import { leafHash } from '../leaf.ts';
import type { LogKey } from '../log-key.ts';
import { parseLine } from '../parse.ts';
import type { Segment } from '../segment.ts';
import { type Place, type PlacedLine, readLines } from './chain-lines.ts';

/** What evidence is asked for: a time, milliseconds with both ends included, or one line. */
export interface EvidenceRange {
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly line?: number | undefined;
}

/** A checkpoint from which on the tree is known. */
export interface Base extends CheckpointLine {
  /** The last line that it covers. */
  readonly at: Place;
}

/** What of a chain has to be read for a range. */
export interface Survey {
  /** The first and last line of it; undefined where there is none. */
  readonly first: number | undefined;
  readonly last: number | undefined;
  /** The latest checkpoint before the first line, verified; undefined where none is near. */
  readonly base: Base | undefined;
}

/** How many lines a checkpoint may lag behind to be of use; one of a silent signer lags more. */
const REMEMBERED = 8192;

const TS_BYTES = 24;
const BEFORE_SEQ = '{"seq":'.length;
const BEFORE_TS = ',"ts":"'.length;
const BEFORE_TYPE = '","line_type":"'.length;
const CHECKPOINT = 'checkpoint"';

/**
 * Finds what a range needs, without parsing: every line has its number, time and type at the same
 * place. All times are looked at, because a clock may have been put back.
 *
 * @param size - number of lines that count
 * @param onLines - told of the number of lines read, now and then
 */
export async function surveyChain(
  segments: readonly Segment[],
  size: number,
  range: EvidenceRange,
  key: LogKey,
  onLines: (done: number) => void,
): Promise<Survey> {
  const ends = watchEnds(range, segments[0]?.first ?? 0, size);
  const bases = watchBases();
  const start = startOf(segments, range.line);
  if (segments[start.segment] === undefined || ends.areKnown(start.seq)) return ends.found();
  for await (const lines of readLines(segments, start)) {
    for (const line of lines) {
      if (line.seq >= size) break;
      const ts = BEFORE_SEQ + String(line.seq).length + BEFORE_TS;
      ends.look(line.seq, line.bytes, ts);
      if (line.seq <= (ends.found().first ?? line.seq))
        bases.look(line, ts + TS_BYTES + BEFORE_TYPE);
    }
    const next = (lines.at(-1)?.seq ?? 0) + 1;
    onLines(next);
    if (next >= size || ends.areKnown(next)) break;
  }
  return { ...ends.found(), base: await bases.latest(segments, key) };
}

/** Where the search begins: a checkpoint that is near a line may lie in the segment before its own. */
function startOf(segments: readonly Segment[], line: number | undefined): Place {
  const own = line === undefined ? 0 : segments.findLastIndex(({ first }) => first <= line);
  const segment = Math.max(0, own - 1);
  return { seq: segments[segment]?.first ?? 0, segment, offset: 0 };
}

/** Finds the first and the last line of a range. */
function watchEnds({ since, until, line }: EvidenceRange, begin: number, size: number) {
  const from = since === undefined ? undefined : textOf(since);
  const to = until === undefined ? undefined : textOf(until);
  let first = line ?? (from === undefined ? begin : undefined);
  let last = line ?? (to === undefined ? size - 1 : undefined);
  const isOpen = line === undefined && to !== undefined;
  return {
    look(seq: number, bytes: Buffer, ts: number): void {
      if (first !== undefined && !isOpen) return;
      const time = bytes.toString('latin1', ts, ts + TS_BYTES);
      if (first === undefined && from !== undefined && time >= from) first = seq;
      if (isOpen && to !== undefined && time <= to) last = seq;
    },
    found: () => ({ first, last, base: undefined }),
    /** Nothing that the lines from this one on say changes anything any more. */
    areKnown: (seq: number): boolean => !isOpen && first !== undefined && seq > first,
  };
}

/** As lines write it, so that texts compare as times do. */
function textOf(time: number): string {
  return new Date(Math.min(Math.max(time, 0), Date.UTC(9999, 11, 31))).toISOString();
}

/** Remembers the latest checkpoint line, and where the last lines begin. */
function watchBases() {
  const places: Place[] = [];
  let found: Buffer | undefined;
  return {
    look(line: PlacedLine, type: number): void {
      const { seq, segment, offset, bytes } = line;
      places[seq % REMEMBERED] = { seq, segment, offset };
      if (bytes.toString('latin1', type, type + CHECKPOINT.length) === CHECKPOINT) found = bytes;
    },
    async latest(segments: readonly Segment[], key: LogKey): Promise<Base | undefined> {
      const line = found === undefined ? undefined : parseLine(found, {});
      if (line === undefined || 'fault' in line) return undefined;
      const read = readCheckpointLine(line, key);
      if ('fault' in read) return undefined;
      const { size } = read.checkpoint;
      const at = places[(size - 1) % REMEMBERED];
      if (at?.seq !== size - 1) return undefined;
      for await (const [covered] of readLines(segments, at)) {
        const leaf = Buffer.from(leafHash(covered?.bytes ?? Buffer.alloc(0)), 'base64');
        return coversLine(read, leaf) ? { ...read, at } : undefined;
      }
      return undefined;
    },
  };
}

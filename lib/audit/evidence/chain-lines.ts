import { createReadStream } from 'node:fs';
import { MAX_LINE_BYTES } from '../leaf.ts';
import type { Segment } from '../segment.ts';

/** Where a line begins. */
export interface Place {
  readonly seq: number;
  /** The index of its segment. */
  readonly segment: number;
  /** Its first byte in that. */
  readonly offset: number;
}

/** A line where it stands. */
export interface PlacedLine extends Place {
  /** Without its newline. */
  readonly bytes: Buffer;
}

const NEWLINE = 0x0a;
const CHUNK_BYTES = 512 * 1024;

/**
 * Reads the lines of a chain from one on, those of one read at a time; whether they are lines is
 * for the caller to say. What follows the last newline of a segment is passed over; where it is
 * longer than any line, it is given as the last one.
 */
export async function* readLines(
  segments: readonly Segment[],
  from: Place,
): AsyncGenerator<readonly PlacedLine[]> {
  let { seq, offset } = from;
  for (const [segment, { path }] of segments.entries()) {
    if (segment < from.segment) continue;
    let rest: Buffer = Buffer.alloc(0);
    const chunks = createReadStream(path, { start: offset, highWaterMark: CHUNK_BYTES });
    for await (const chunk of chunks as AsyncIterable<Buffer>) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const lines: PlacedLine[] = [];
      let at = 0;
      for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, at)) {
        lines.push({ seq: seq++, segment, offset, bytes: bytes.subarray(at, end) });
        offset += end + 1 - at;
        at = end + 1;
      }
      rest = bytes.subarray(at);
      const isEndless = rest.length > MAX_LINE_BYTES;
      if (isEndless) lines.push({ seq, segment, offset, bytes: rest });
      if (lines.length > 0) yield lines;
      if (isEndless) return;
    }
    offset = 0;
  }
}

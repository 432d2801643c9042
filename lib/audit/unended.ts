import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { damaged } from './damage.ts';
import { membersOf, parseLine } from './parse.ts';
import { listSegments, type Segment } from './segment.ts';
import type { SessionLine } from './session-sums.ts';
import { readAt } from './tail.ts';
import { walkChunks } from './walk.ts';

/** How every line begins of which sessions are made, or which ends one. */
const OF_SESSIONS = /^.{0,200}?"line_type":"(?:redaction|detokenization|refusal|manifest)"/s;

/** A `stop` as only the daemon writes it: after it, no session before it is open. */
const NONE_OPEN = Buffer.from('"open_sessions":0}\n');

const BLOCK_BYTES = 256 * 1024;

/**
 * Reads the lines that may belong to sessions which have no manifest: those after the last `stop`
 * that left none open, up to the line `length − 1`.
 *
 * @param onLine - told of each line of a session, and of each `manifest` line, in order
 * @throws WaterwallError `chain-damaged` where one is no line
 */
export async function readUnended(
  chainFolder: string,
  length: number,
  onLine: (line: SessionLine) => void,
): Promise<void> {
  const { segments } = await listSegments(chainFolder);
  const begun = segments.filter(({ first }) => first < length);
  const from = await lastCleanStop(begun);
  for (const segment of begun.slice(from.segment)) {
    const start = segment === begun[from.segment] ? from.offset : 0;
    await readFrom(segment, start, length, onLine);
  }
}

async function readFrom(
  segment: Segment,
  start: number,
  length: number,
  onLine: (line: SessionLine) => void,
): Promise<void> {
  let fault: string | undefined;
  await walkChunks(createReadStream(segment.path, { start }), (bytes) => {
    if (!OF_SESSIONS.test(bytes.toString('latin1', 0, 200))) return true;
    const line = parseLine(bytes, {});
    if ('fault' in line) fault = line.fault;
    else if (line.seq >= length) return false;
    else onLine({ ...line, members: membersOf(line) });
    return fault === undefined;
  });
  if (fault !== undefined) throw damaged(segment.path, `${segment.name}: ${fault}`);
}

/** Where the lines begin that come after it: a segment, by its place, and a byte in it. */
interface Place {
  readonly segment: number;
  readonly offset: number;
}

/** Searches backwards: mostly it is the last line there is. */
async function lastCleanStop(segments: readonly Segment[]): Promise<Place> {
  for (const [index, { path }] of [...segments.entries()].reverse()) {
    const file = await open(path, 'r');
    try {
      const offset = await lastIndexIn(file);
      if (offset !== undefined) return { segment: index, offset };
    } finally {
      await file.close();
    }
  }
  return { segment: 0, offset: 0 };
}

/** The byte after the last clean stop of a file. No string of a line holds its bytes: quotes are escaped. */
async function lastIndexIn(file: FileHandle): Promise<number | undefined> {
  const { size } = await file.stat();
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - BLOCK_BYTES);
    const block = await readAt(file, start, end - start);
    const at = block.lastIndexOf(NONE_OPEN);
    if (at >= 0) return start + at + NONE_OPEN.length;
    if (start === 0) return undefined;
    // One that the cut goes through is whole in the next block.
    end = start + NONE_OPEN.length - 1;
  }
  return undefined;
}

import { createHash } from 'node:crypto';
import type { ParsedLine } from '../parse.ts';
import { padSeq, type Segment } from '../segment.ts';
import type { PlacedLine } from './chain-lines.ts';
import type { ListedFile } from './contents.ts';
import { followSessions, type LoggedSession } from './sessions.ts';
import { createRangeStats, type RangeStats, withMembers } from './stats.ts';

/** What the lines of a range add up to. */
export interface RangeLines {
  /** The `seq` of those with redactions. */
  readonly redactions: readonly number[];
  /** The sessions that ended. */
  readonly sessions: readonly LoggedSession[];
  /** Takes the next line of the range. */
  take(line: ParsedLine, at: PlacedLine): void;
  /** Undefined where there was no line. */
  stats(): RangeStats | undefined;
  /** The lines as files of a bundle, cut to these segments. */
  chain(segments: readonly Segment[]): ListedFile[];
}

const NEWLINE = Buffer.from('\n');

export function addUpLines(): RangeLines {
  const stats = createRangeStats();
  const redactions: number[] = [];
  let sessions: ReturnType<typeof followSessions> | undefined;
  const parts: Part[] = [];
  return {
    redactions,
    get sessions() {
      return sessions?.logged ?? [];
    },
    take(parsed, at) {
      const line = withMembers(parsed);
      sessions ??= followSessions(line.seq);
      sessions.add(line);
      stats.add(line);
      if (line.type === 'redaction') redactions.push(line.seq);
      let part = parts.at(-1);
      if (part?.segment !== at.segment) {
        part = { ...at, size: 0, hash: createHash('sha256') };
        parts.push(part);
      }
      part.hash.update(at.bytes).update(NEWLINE);
      part.size += at.bytes.length + NEWLINE.length;
    },
    stats: () => stats.sum(),
    chain: (segments) => parts.map((part) => fileOf(part, segments)),
  };
}

/** The part of a segment that lies in the range: one run of bytes. */
interface Part {
  readonly seq: number;
  readonly segment: number;
  readonly offset: number;
  size: number;
  readonly hash: ReturnType<typeof createHash>;
}

function fileOf(
  { seq, segment, offset, size, hash }: Part,
  segments: readonly Segment[],
): ListedFile {
  const { path } = segments[segment] as Segment;
  const content = { path, start: offset };
  return { name: `chain/${padSeq(seq)}.jsonl`, size, sha256: hash.digest('hex'), content };
}

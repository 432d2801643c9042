import { startsWith } from '../boundary.ts';
import type { Match } from '../match.ts';
import type { Span } from '../types.ts';
import { linesAfter, linesBefore } from './alike.ts';
import { holdsEscape, readBlock } from './block.ts';
import { findLooseLines } from './loose.ts';
import { isDashes, type PemMarker, readMarker } from './marker.ts';
import { type KeyLines, total, walkBackward, walkForward } from './walk.ts';

export const PEM_TYPE = 'PEM_BLOCK';

/** What must be looked for so that no key is missed. */
export const PEM_ANCHORS = ['-----BEGIN ', '-----END ', 'PuTTY-User-Key-File-', 'Private-Lines: '];

const PUTTY_FILE = Buffer.from('PuTTY-User-Key-File-');
const PUTTY_LINES = Buffer.from('Private-Lines: ');

export interface PemInput {
  readonly bytes: Uint8Array;
  readonly depthAt: (offset: number) => number;
  /** Where one of {@link PEM_ANCHORS} begins, sorted. */
  readonly anchors: readonly number[];
  readonly privateKeySeen: boolean;
  /** Where runs of 47 and more base64 characters end, sorted; some shorter ones too. */
  readonly runEnds: () => readonly number[];
}

export interface PemOutput {
  readonly spans: readonly Span[];
  /** Whether a private-key marker stands in the bytes. */
  readonly markerSeen: boolean;
}

/** Finds private keys, whole, printed with prefixes, or cut off; DESIGN §6 "PEM". */
export function findPrivateKeys(input: PemInput): PemOutput {
  const { bytes } = input;
  const spans: Span[] = [];
  const publicParts: Match[] = [];
  let markerSeen = false;
  /** Markers before this offset belong to a block that is done. */
  let done = 0;
  for (const anchor of input.anchors) {
    if (anchor < done) continue;
    if (startsWith(bytes, PUTTY_FILE, anchor)) markerSeen = true;
    if (startsWith(bytes, PUTTY_LINES, anchor)) {
      markerSeen = true;
      spans.push(...readPuttyLines(bytes, anchor));
      continue;
    }
    const marker = readMarker(bytes, anchor);
    if (marker === undefined) continue;
    if (marker.isPrivate) markerSeen = true;
    const found = readBlockAt(input, marker);
    done = Math.max(done, found.end);
    if (marker.isPrivate) spans.push(...found.spans);
    else publicParts.push(...found.spans);
  }
  if (input.privateKeySeen || markerSeen) {
    const loose = findLooseLines(bytes, input.runEnds());
    spans.push(...withoutOverlap(loose, [...publicParts, ...spans]).map(runSpan));
  }
  return { spans, markerSeen };
}

function readBlockAt(
  input: PemInput,
  marker: PemMarker,
): { readonly spans: readonly Span[]; readonly end: number } {
  const { bytes } = input;
  const signs = hasSign(bytes, marker.start);
  if (marker.kind === 'end') {
    const { runs } = walkBackward(bytes, marker.start, signs);
    const alike = linesBefore(bytes, marker);
    const more = total(alike) > total(runs) ? alike : runs;
    return { spans: more.map(runSpan), end: marker.end };
  }
  if (marker.isPrivate) {
    const depth = input.depthAt(marker.start);
    const end = readBlock(bytes, marker.end, depth);
    if (end !== undefined) {
      const { start } = marker;
      return {
        spans: [{ start, end, type: PEM_TYPE, depth: holdsEscape(bytes, start, end) ? depth : 0 }],
        end,
      };
    }
  }
  const lines = linesBehind(bytes, marker, signs);
  const last = readMarker(bytes, lines.at);
  const end = last?.kind === 'end' ? last.end : marker.end;
  return { spans: lines.runs.map(runSpan), end };
}

/** The lines with what is usual between them, or where these end before a marker, with anything. */
function linesBehind(bytes: Uint8Array, marker: PemMarker, signs: boolean): KeyLines {
  const lines = walkForward(bytes, marker.end, signs);
  if (isDashes(bytes, lines.at)) return lines;
  const alike = linesAfter(bytes, marker);
  return total(alike.runs) > total(lines.runs) ? alike : lines;
}

/** Whether the marker's line begins with the sign of a diff: then all lines of the block do. */
function hasSign(bytes: Uint8Array, marker: number): boolean {
  const before = bytes[marker - 1];
  // A number's colon has a space behind it too, and the base64 after it may begin with a plus.
  if (before === 0x20) return bytes[marker - 2] !== 0x3a;
  return before === 0x2b || before === 0x2d;
}

function readPuttyLines(bytes: Uint8Array, anchor: number): Span[] {
  let at = anchor + PUTTY_LINES.length;
  let count = 0;
  for (
    let digit = bytes[at];
    digit !== undefined && digit >= 0x30 && digit <= 0x39;
    digit = bytes[++at]
  ) {
    count = Math.min(count * 10 + digit - 0x30, 1000);
  }
  return walkForward(bytes, at, hasSign(bytes, anchor), 0).runs.slice(0, count).map(runSpan);
}

function runSpan({ start, end }: Match): Span {
  return { start, end, type: PEM_TYPE, depth: 0 };
}

/** The runs that touch none of the parts; both sorted. */
function withoutOverlap(runs: readonly Match[], parts: readonly Match[]): Match[] {
  const sorted = [...parts].sort((a, b) => a.start - b.start);
  let next = 0;
  return runs.filter((run) => {
    while (next < sorted.length && (sorted[next] as Match).end <= run.start) next++;
    const part = sorted[next];
    return part === undefined || part.start >= run.end;
  });
}

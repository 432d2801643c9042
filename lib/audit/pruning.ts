import { open } from 'node:fs/promises';
import { decodeBase64Of } from './base64.ts';
import { damaged } from './damage.ts';
import { type Frontier, openFrontier } from './frontier.ts';
import { MAX_LINE_BYTES } from './leaf.ts';
import { NODE_BYTES } from './node.ts';
import { membersOf, type ParsedLine, parseLine } from './parse.ts';
import type { Segment } from './segment.ts';
import { readTail } from './tail.ts';
import type { LineFields } from './types.ts';

/** What a `rotation` line says of lines that are removed, or are about to be. */
export interface Pruning {
  /** The `seq` of the line that says so. */
  readonly seq: number;
  /** The first line that is left. */
  readonly next: number;
  /** The tree of the lines before that one: the roots of its full subtrees, the largest first. */
  readonly frontier: readonly Buffer[];
}

/** The fields of a `rotation` line which announces that the lines `first` to `next − 1` go. */
export function pruningFields(first: number, { next, frontier }: Omit<Pruning, 'seq'>): LineFields {
  return {
    pruned: { first, last: next - 1 },
    frontier: frontier.map((node) => node.toString('base64')),
  };
}

/** Reads what {@link pruningFields} made; undefined of any other line. */
export function pruningOf(line: ParsedLine): Pruning | undefined {
  if (line.type !== 'rotation') return undefined;
  const { pruned, frontier } = membersOf(line);
  const last = (pruned as { last?: unknown } | undefined)?.last;
  if (typeof last !== 'number') return undefined;
  const nodes = (Array.isArray(frontier) ? (frontier as unknown[]) : []).map((node) =>
    typeof node === 'string' ? decodeBase64Of(NODE_BYTES, node) : undefined,
  );
  const known = nodes.filter((node) => node !== undefined);
  return { seq: line.seq, next: last + 1, frontier: known };
}

/** The tree that a line speaks of; undefined where there is none of that size with such hashes. */
export function frontierOf(next: number, frontier: readonly Buffer[]): Frontier | undefined {
  try {
    return openFrontier(next, frontier);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The last line of a segment, whatever stands after it; undefined where there is none. */
export async function lastLineOf(segment: Segment): Promise<ParsedLine | undefined> {
  const file = await open(segment.path, 'r');
  try {
    const bytes = (await readTail(file, MAX_LINE_BYTES + 1)).lines.at(-1);
    const line = bytes === undefined ? undefined : parseLine(bytes, {});
    if (line === undefined || !('fault' in line)) return line;
    throw damaged(segment.path, `the last line of ${segment.name}: ${line.fault}`);
  } finally {
    await file.close();
  }
}

/** What the last lines of these segments announce, in their order. */
export async function readPrunings(segments: readonly Segment[]): Promise<readonly Pruning[]> {
  const found: Pruning[] = [];
  for (const segment of segments) {
    const last = await lastLineOf(segment);
    const pruning = last === undefined ? undefined : pruningOf(last);
    if (pruning !== undefined) found.push(pruning);
  }
  return found;
}

/**
 * Where what can be proven of a chain begins, with the tree before it: with line 0, or after the
 * lines that were removed. Nothing of it is believed before a signed root follows from it.
 *
 * @throws WaterwallError `chain-damaged` where lines are missing that no line says were removed
 */
export async function readBeginning(
  chainFolder: string,
  segments: readonly Segment[],
): Promise<Omit<Pruning, 'seq'>> {
  const first = segments[0]?.first ?? 0;
  if (first === 0) return { next: 0, frontier: [] };
  const prunings = (await readPrunings(segments)).filter(({ next }) => next >= first);
  const earliest = prunings.toSorted((a, b) => a.next - b.next)[0];
  if (earliest === undefined) {
    throw damaged(chainFolder, `lines 0 to ${first - 1} are not there any more`);
  }
  const { next, frontier } = earliest;
  if (frontierOf(next, frontier) !== undefined) return { next, frontier };
  throw damaged(chainFolder, `line ${earliest.seq} does not say what came before`);
}

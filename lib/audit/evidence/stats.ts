import { membersOf, type ParsedLine } from '../parse.ts';
import { sortedCounts } from '../session-sums.ts';

/** What the lines of a bundle add up to. */
export interface RangeStats {
  readonly first: number;
  readonly last: number;
  /** `ts` of those lines. */
  readonly from: string;
  readonly to: string;
  readonly lines: number;
  readonly lines_by_type: Readonly<Record<string, number>>;
  readonly redactions: number;
  /** Redactions by type. */
  readonly types: Readonly<Record<string, number>>;
  readonly restored: number;
  readonly unknown_placeholders: number;
  /** The controls that the lines are evidence for, sorted. */
  readonly frameworks: readonly string[];
}

/** A line with its members. */
export interface ReadLine extends ParsedLine {
  readonly members: Readonly<Record<string, unknown>>;
}

/** Parses a line's members, once for everybody who wants them. */
export function withMembers(line: ParsedLine): ReadLine {
  return { ...line, members: membersOf(line) };
}

export function createRangeStats() {
  const byType = new Map<string, number>();
  const types = new Map<string, number>();
  const frameworks = new Set<string>();
  let first: ReadLine | undefined;
  let last: ReadLine | undefined;
  let redactions = 0;
  let restored = 0;
  let unknown = 0;
  return {
    add(line: ReadLine): void {
      first ??= line;
      last = line;
      count(byType, line.type);
      for (const tag of line.members['frameworks'] as string[]) frameworks.add(tag);
      if (line.type === 'redaction') {
        const list = line.members['redactions'];
        for (const each of Array.isArray(list) ? (list as { type?: unknown }[]) : []) {
          redactions++;
          if (typeof each?.type === 'string') count(types, each.type);
        }
      }
      if (line.type === 'detokenization') {
        restored += integer(line.members['restored']);
        unknown += integer(line.members['unknown_placeholders']);
      }
    },
    /** Undefined where there was no line. */
    sum(): RangeStats | undefined {
      if (first === undefined || last === undefined) return undefined;
      return {
        first: first.seq,
        last: last.seq,
        from: first.ts,
        to: last.ts,
        lines: last.seq - first.seq + 1,
        lines_by_type: sortedCounts(byType),
        redactions,
        types: sortedCounts(types),
        restored,
        unknown_placeholders: unknown,
        frameworks: [...frameworks].sort(),
      };
    },
  };
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function integer(value: unknown): number {
  return Number.isSafeInteger(value) ? (value as number) : 0;
}

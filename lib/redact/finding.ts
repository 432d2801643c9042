import { NAMED_TYPES } from '../detect/patterns.ts';
import { areApart } from '../detect/spans.ts';
import type { Range } from '../detect/types.ts';
import type { Layer } from './view.ts';

/** A secret's place in a message. */
export interface Finding {
  readonly start: number;
  readonly end: number;
  readonly type: string;
  /** The layers over the secret: its text is the range with these taken off. */
  readonly layers: readonly Layer[];
  /** Whether a value that came back, or that the operator knows, is part of it. */
  readonly exact: boolean;
  /** As in `Span.core`. */
  readonly core: Range | undefined;
}

/**
 * Leaves out what is encoded around a value that stands there itself: what came back encoded gets
 * the placeholder under which it went out, whatever stands next to it now.
 */
export function preferValues(findings: readonly Finding[]): readonly Finding[] {
  const isEncoded = findings.some(({ core }) => core !== undefined);
  if (!isEncoded) return findings;
  const values = findings.filter(({ exact, core }) => exact && core === undefined);
  if (values.length === 0) return findings;
  const reach = reachOf(values);
  return findings.filter(
    ({ core }) => core === undefined || reachBefore(reach, core.start + 1) < core.end,
  );
}

/** How far ranges reach, by where they begin. */
export interface Reach {
  /** Where they begin, sorted. */
  readonly starts: Float64Array;
  /** The furthest end of the first so many. */
  readonly ends: Float64Array;
}

export function reachOf(ranges: readonly Range[]): Reach {
  const sorted = areApart(ranges) ? ranges : [...ranges].sort((a, b) => a.start - b.start);
  const reach = { starts: new Float64Array(sorted.length), ends: new Float64Array(sorted.length) };
  let furthest = 0;
  sorted.forEach(({ start, end }, i) => {
    furthest = Math.max(furthest, end);
    reach.starts[i] = start;
    reach.ends[i] = furthest;
  });
  return reach;
}

/** The furthest end of those that begin before an offset; 0 where there is none. */
export function reachBefore({ starts, ends }: Reach, offset: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] as number) < offset) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? 0 : (ends[low - 1] as number);
}

/**
 * Joins findings that overlap into one of their union.
 *
 * The union has the type of the longest, but no type that only a name tells where another knows the
 * secret itself. An exact value that covers the union stays that value: so
 * it gets the placeholder under which it went out before.
 *
 * @returns sorted, disjoint
 */
export function unite(findings: readonly Finding[]): readonly Finding[] {
  if (areApart(findings)) return findings;
  const sorted = [...findings].sort((a, b) => a.start - b.start || b.end - a.end);
  const united: Finding[] = [];
  for (let i = 0; i < sorted.length; ) {
    const first = sorted[i] as Finding;
    let { end } = first;
    let next = i + 1;
    for (; next < sorted.length; next++) {
      const finding = sorted[next] as Finding;
      if (finding.start >= end) break;
      end = Math.max(end, finding.end);
    }
    united.push(next === i + 1 ? first : uniteGroup(sorted.slice(i, next), end));
    i = next;
  }
  return united;
}

function uniteGroup(group: readonly Finding[], end: number): Finding {
  const [{ start }] = group as [Finding];
  const covering = group.find((one) => one.exact && one.start === start && one.end === end);
  if (covering !== undefined) return covering;
  const telling = group.filter(({ type }) => !NAMED_TYPES.has(type));
  const longest = (telling.length > 0 ? telling : group).reduce((best, one) =>
    lengthOf(one) > lengthOf(best) ? one : best,
  );
  return {
    start,
    end,
    type: longest.type,
    // A member without escapes names no layer, although it stands under as many as its neighbour.
    layers: group.reduce((most, one) => (one.layers.length > most.length ? one.layers : most), [
      ...longest.layers,
    ] as readonly Layer[]),
    exact: group.some((one) => one.exact),
    core: undefined,
  };
}

function lengthOf(finding: Finding): number {
  return finding.end - finding.start;
}

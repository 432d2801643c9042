import { NAMED_TYPES } from '../detect/patterns.ts';
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
  readonly core?: Range;
}

/**
 * Leaves out what is encoded around a value that stands there itself: what came back encoded gets
 * the placeholder under which it went out, whatever stands next to it now.
 */
export function preferValues(findings: readonly Finding[]): readonly Finding[] {
  const isEncoded = findings.some(({ core }) => core !== undefined);
  if (!isEncoded) return findings;
  const values = findings.filter(({ exact, core }) => exact && core === undefined);
  return findings.filter(
    ({ core }) =>
      core === undefined ||
      !values.some(({ start, end }) => start <= core.start && end >= core.end),
  );
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
export function unite(findings: readonly Finding[]): Finding[] {
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
  };
}

function lengthOf(finding: Finding): number {
  return finding.end - finding.start;
}

import type { Range, Span } from './types.ts';

/** Whether ranges are sorted and disjoint: as they are found, as a rule. */
export function areApart(ranges: readonly Range[]): boolean {
  let done = 0;
  for (const { start, end } of ranges) {
    if (start < done) return false;
    done = end;
  }
  return true;
}

/** Sorts spans and unites those that overlap; the longest one gives type and depth. */
export function uniteSpans(spans: readonly Span[]): readonly Span[] {
  if (areApart(spans)) return spans;
  const sorted = [...spans].sort((a, b) => a.start - b.start || b.end - a.end);
  const united: Span[] = [];
  let longest = 0;
  for (const span of sorted) {
    const last = united.at(-1);
    const length = span.end - span.start;
    if (last === undefined || span.start >= last.end) {
      united.push(span);
      longest = length;
      continue;
    }
    const { type, depth } = length > longest ? span : last;
    longest = Math.max(longest, length);
    united[united.length - 1] = {
      start: last.start,
      end: Math.max(last.end, span.end),
      type,
      depth,
    };
  }
  return united;
}

/** What a context may add behind a token: the full stop of a sentence, padding. */
const TRAILING = 2;

/**
 * The spans found by their context alone, less those that a type recognises by itself: one secret
 * has one text, and so one placeholder, with and without `Bearer ` before it.
 */
export function withoutKnown(contextual: readonly Span[], known: readonly Span[]): Span[] {
  if (contextual.length === 0) return [];
  const ends = new Map(known.map(({ start, end }) => [start, end]));
  return contextual.filter(({ start, end }) => end > (ends.get(start) ?? -TRAILING) + TRAILING);
}

/**
 * The spans found by a name alone, less those that meet a type which knows the text or its place:
 * that type knows where the secret ends.
 *
 * @param named - sorted by start
 */
export function apartFrom(named: readonly Span[], others: readonly Span[]): readonly Span[] {
  if (named.length === 0 || others.length === 0) return named;
  const sorted = uniteSpans(others);
  let next = 0;
  return named.filter(({ start, end }) => {
    while (next < sorted.length && (sorted[next] as Span).end <= start) next++;
    const other = sorted[next];
    return other === undefined || other.start >= end;
  });
}

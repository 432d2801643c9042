/** How often a type occurred. */
export interface TypeCount {
  readonly type: string;
  readonly count: number;
}

/** Sums up, most frequent first, then by name. */
export function countsOf(
  entries: Iterable<readonly [type: string, count: number]>,
): readonly TypeCount[] {
  const sums = new Map<string, number>();
  for (const [type, count] of entries) sums.set(type, (sums.get(type) ?? 0) + count);
  return [...sums]
    .map(([type, count]) => ({ type, count }))
    .sort((a, b) => b.count - a.count || (a.type < b.type ? -1 : 1));
}

/** Counts occurrences, e.g. the redactions of a request. */
export function countTypes(
  occurrences: readonly { readonly type: string }[],
): readonly TypeCount[] {
  return countsOf(occurrences.map(({ type }) => [type, 1] as const));
}

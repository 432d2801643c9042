import type { Anchor } from './anchor.ts';
import { BYTE_FREQUENCY } from './frequency.ts';

/**
 * Teddy's buckets. A bucket sees, for each of the window's four positions, only which low and
 * which high nibbles occur in it, so it also lets through bytes that mix nibbles of different
 * members. Anchors are put together greedily where that costs the fewest false lanes.
 */
export interface Bucket {
  /** Bit n of `low[i]`: a byte at position i may have the low nibble n; `high` alike. */
  readonly low: readonly number[];
  readonly high: readonly number[];
}

interface Group extends Bucket {
  readonly cost: number;
  /** Where it would best be merged, and what that would add. */
  nearest: number;
  added: number;
}

/** Share of bytes with a high nibble, whose low nibble is in 8 bits of a mask: [high][half][mask]. */
const SHARES = nibbleShares();

/** Puts anchors into at most `count` buckets. */
export function assignBuckets(anchors: readonly Anchor[], count: number): Bucket[] {
  const groups: (Group | undefined)[] = distinct(anchors.map(bucketOf)).map(grouped);
  for (let i = 0; i < groups.length; i++) findNearest(groups, i);
  for (let left = groups.length; left > count; left--) {
    const i = cheapest(groups);
    const first = groups[i] as Group;
    const j = first.nearest;
    groups[i] = grouped(union(first, groups[j] as Group));
    groups[j] = undefined;
    findNearest(groups, i);
    for (let k = 0; k < groups.length; k++) {
      const group = groups[k];
      if (group === undefined || k === i) continue;
      if (group.nearest === i || group.nearest === j) findNearest(groups, k);
      else consider(groups, k, i);
    }
  }
  return groups.filter((group) => group !== undefined).map(({ low, high }) => ({ low, high }));
}

/**
 * Adds the anchors that no bucket lets through, each where it costs least: the operator's keywords,
 * and patterns that changed since the buckets were generated.
 */
export function extendBuckets(buckets: readonly Bucket[], anchors: readonly Anchor[]): Bucket[] {
  const extended = [...buckets];
  for (const anchor of anchors) {
    const added = bucketOf(anchor);
    if (extended.some((bucket) => holds(bucket, added))) continue;
    const costs = extended.map((bucket) => costOf(bucket, added) - costOf(bucket, bucket));
    const cheapest = costs.indexOf(Math.min(...costs));
    extended[cheapest] = union(extended[cheapest] as Bucket, added);
  }
  return extended;
}

function holds(bucket: Bucket, other: Bucket): boolean {
  const covers = (mine: readonly number[], theirs: readonly number[]): boolean =>
    theirs.every((mask, i) => (mask & ~(mine[i] as number)) === 0);
  return covers(bucket.low, other.low) && covers(bucket.high, other.high);
}

function bucketOf(anchor: Anchor): Bucket {
  const window = anchor.positions.slice(anchor.window, anchor.window + 4).map((set) => set.members);
  return {
    low: window.map((bytes) => bytes.reduce((mask, byte) => mask | (1 << (byte & 15)), 0)),
    high: window.map((bytes) => bytes.reduce((mask, byte) => mask | (1 << (byte >> 4)), 0)),
  };
}

function distinct(buckets: readonly Bucket[]): Bucket[] {
  return [...new Map(buckets.map((bucket) => [JSON.stringify(bucket), bucket])).values()];
}

function grouped(bucket: Bucket): Group {
  return { ...bucket, cost: costOf(bucket, bucket), nearest: -1, added: Number.POSITIVE_INFINITY };
}

function union(a: Bucket, b: Bucket): Bucket {
  return {
    low: a.low.map((mask, i) => mask | (b.low[i] as number)),
    high: a.high.map((mask, i) => mask | (b.high[i] as number)),
  };
}

/** Share of the lanes that the union of two buckets lets through. */
function costOf(a: Bucket, b: Bucket): number {
  let product = 1;
  for (let i = 0; i < 4; i++) {
    const low = (a.low[i] as number) | (b.low[i] as number);
    const high = (a.high[i] as number) | (b.high[i] as number);
    let share = 0;
    for (let nibble = 0; nibble < 16; nibble++) {
      if (((high >> nibble) & 1) === 0) continue;
      share += SHARES[nibble * 512 + (low & 255)] as number;
      share += SHARES[nibble * 512 + 256 + (low >> 8)] as number;
    }
    product *= share;
  }
  return product;
}

function findNearest(groups: readonly (Group | undefined)[], i: number): void {
  const group = groups[i] as Group;
  group.nearest = -1;
  group.added = Number.POSITIVE_INFINITY;
  for (let j = 0; j < groups.length; j++) consider(groups, i, j);
}

function consider(groups: readonly (Group | undefined)[], i: number, j: number): void {
  const group = groups[i] as Group;
  const other = groups[j];
  if (other === undefined || i === j) return;
  const added = costOf(group, other) - group.cost - other.cost;
  if (added < group.added) {
    group.added = added;
    group.nearest = j;
  }
}

function cheapest(groups: readonly (Group | undefined)[]): number {
  let best = -1;
  let lowest = Number.POSITIVE_INFINITY;
  groups.forEach((group, i) => {
    if (group === undefined || group.added >= lowest) return;
    lowest = group.added;
    best = i;
  });
  return best;
}

function nibbleShares(): Float64Array {
  const shares = new Float64Array(16 * 512);
  for (let high = 0; high < 16; high++) {
    for (let half = 0; half < 2; half++) {
      for (let mask = 0; mask < 256; mask++) {
        let share = 0;
        for (let bit = 0; bit < 8; bit++) {
          if ((mask >> bit) & 1) share += BYTE_FREQUENCY[(high << 4) | (half << 3) | bit] as number;
        }
        shares[high * 512 + half * 256 + mask] = share;
      }
    }
  }
  return shares;
}

/** Latencies in logarithmic bins: constant memory, percentiles within five per cent. */

const SMALLEST = 0.01;
const BINS_PER_DOUBLING = 8;
/** Up to 10 ms × 2^… ≈ 84 s; what is slower counts as that. */
const BINS = 23 * BINS_PER_DOUBLING;

/** How many latencies fell into each bin. */
export type LatencyBins = Uint32Array;

export interface Percentiles {
  readonly count: number;
  /** Milliseconds; null where nothing was measured. */
  readonly p50: number | null;
  readonly p99: number | null;
}

export function createLatencyBins(): LatencyBins {
  return new Uint32Array(BINS);
}

/** Counts one latency, in milliseconds. */
export function addLatency(bins: LatencyBins, milliseconds: number): void {
  const bin = Math.floor(
    Math.log2(Math.max(milliseconds, SMALLEST) / SMALLEST) * BINS_PER_DOUBLING,
  );
  const index = Math.min(bin, BINS - 1);
  bins[index] = (bins[index] as number) + 1;
}

/** The percentiles of all the bins together. */
export function percentilesOf(parts: Iterable<LatencyBins>): Percentiles {
  const sum = createLatencyBins();
  let count = 0;
  for (const part of parts) {
    for (let index = 0; index < BINS; index++) {
      const more = part[index] as number;
      sum[index] = (sum[index] as number) + more;
      count += more;
    }
  }
  return { count, p50: percentile(sum, count, 0.5), p99: percentile(sum, count, 0.99) };
}

function percentile(bins: LatencyBins, count: number, share: number): number | null {
  if (count === 0) return null;
  let left = Math.ceil(count * share);
  const index = bins.findIndex((inBin) => {
    left -= inBin;
    return left <= 0;
  });
  return Number((SMALLEST * 2 ** ((index + 0.5) / BINS_PER_DOUBLING)).toPrecision(3));
}

import type { Bucket } from './buckets.ts';

/** Written by `build/tune-buckets.mjs`, which says how they were found. */
export const BUILT_IN_BUCKETS: readonly Bucket[] = [
  { low: [4116, 32800, 3071, 33791], high: [160, 240, 88, 120] },
  { low: [7706, 4165, 20514, 42012], high: [88, 160, 116, 172] },
  { low: [289, 74, 12, 18728], high: [248, 248, 240, 244] },
  { low: [34114, 33818, 282, 37424], high: [176, 112, 240, 112] },
  { low: [58240, 10502, 32808, 49680], high: [116, 84, 240, 176] },
  { low: [65535, 3618, 50688, 65535], high: [248, 248, 180, 253] },
  { low: [2059, 169, 16473, 65535], high: [248, 248, 248, 253] },
];

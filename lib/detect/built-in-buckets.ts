import type { Bucket } from './buckets.ts';

/** Written by `build/tune-buckets.mjs`, which says how they were found. */
export const BUILT_IN_BUCKETS: readonly Bucket[] = [
  { low: [38913, 43, 5119, 12287], high: [40, 248, 88, 124] },
  { low: [33034, 267, 661, 10512], high: [240, 168, 240, 116] },
  { low: [2570, 32868, 51, 276], high: [80, 160, 240, 240] },
  { low: [41996, 14372, 45064, 32820], high: [172, 116, 116, 180] },
  { low: [898, 6602, 44, 49856], high: [208, 240, 248, 172] },
  { low: [58456, 34826, 2099, 21040], high: [172, 240, 240, 244] },
  { low: [65535, 1666, 50192, 65535], high: [248, 168, 212, 253] },
];

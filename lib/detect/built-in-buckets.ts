import type { Bucket } from './buckets.ts';

/** Written by `build/tune-buckets.mjs`, which says how they were found. */
export const BUILT_IN_BUCKETS: readonly Bucket[] = [
  { low: [36872, 2084, 33791, 1023], high: [164, 208, 88, 248] },
  { low: [65535, 3618, 49664, 65535], high: [248, 120, 164, 253] },
  { low: [6434, 50409, 4124, 60673], high: [88, 176, 240, 252] },
  { low: [3336, 38926, 4513, 33553], high: [248, 240, 240, 244] },
  { low: [2060, 545, 16514, 16901], high: [84, 88, 88, 180] },
  { low: [17496, 32778, 2073, 21040], high: [172, 240, 240, 116] },
  { low: [297, 33432, 36240, 65535], high: [240, 160, 112, 253] },
];

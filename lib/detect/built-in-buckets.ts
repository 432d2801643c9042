import type { Bucket } from './buckets.ts';

/** Written by `build/tune-buckets.mjs`, which says how they were found. */
export const BUILT_IN_BUCKETS: readonly Bucket[] = [
  { low: [10370, 32825, 49803, 8341], high: [84, 240, 176, 244] },
  { low: [1023, 33474, 50204, 65535], high: [248, 168, 240, 253] },
  { low: [65535, 35846, 33828, 33296], high: [248, 248, 124, 188] },
  { low: [39953, 39177, 20507, 44322], high: [200, 232, 104, 172] },
  { low: [45222, 2318, 44, 49377], high: [92, 88, 240, 240] },
  { low: [4099, 297, 1023, 1023], high: [120, 168, 248, 88] },
  { low: [57872, 3143, 53410, 33304], high: [116, 240, 244, 160] },
];

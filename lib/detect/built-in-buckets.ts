import type { Bucket } from './buckets.ts';

/** Written by `build/tune-buckets.mjs`, which says how they were found. */
export const BUILT_IN_BUCKETS: readonly Bucket[] = [
  { low: [11394, 37177, 53899, 41621], high: [92, 240, 176, 244] },
  { low: [9215, 33474, 50204, 65535], high: [248, 160, 240, 255] },
  { low: [65535, 3586, 33828, 35604], high: [248, 88, 124, 188] },
  { low: [38929, 18825, 12989, 60690], high: [88, 216, 88, 124] },
  { low: [12324, 30, 4142, 17377], high: [92, 88, 240, 208] },
  { low: [5131, 289, 1023, 5119], high: [120, 168, 248, 88] },
  { low: [57880, 3141, 49190, 33304], high: [116, 244, 84, 160] },
];

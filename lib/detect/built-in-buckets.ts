import type { Bucket } from './buckets.ts';

/** Written by `build/tune-buckets.mjs`, which says how they were found. */
export const BUILT_IN_BUCKETS: readonly Bucket[] = [
  { low: [33177, 33099, 2206, 59697], high: [232, 168, 248, 244] },
  { low: [65535, 34434, 50192, 65535], high: [248, 168, 212, 253] },
  { low: [58138, 39012, 2080, 33456], high: [244, 240, 80, 240] },
  { low: [9250, 4155, 20615, 41008], high: [92, 240, 176, 116] },
  { low: [6146, 40, 50175, 9215], high: [112, 240, 248, 92] },
  { low: [39696, 1095, 53254, 9752], high: [220, 240, 92, 172] },
  { low: [162, 33048, 140, 32945], high: [84, 248, 240, 240] },
];

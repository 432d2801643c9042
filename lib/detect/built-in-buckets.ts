import type { Bucket } from './buckets.ts';

/** Written by `build/tune-buckets.mjs`, which says how they were found. */
export const BUILT_IN_BUCKETS: readonly Bucket[] = [
  { low: [2315, 49220, 557, 16468], high: [240, 172, 216, 164] },
  { low: [7167, 17539, 28944, 65535], high: [184, 176, 212, 253] },
  { low: [296, 32776, 1413, 36913], high: [248, 240, 168, 84] },
  { low: [2083, 672, 1552, 65535], high: [112, 240, 176, 253] },
  { low: [57356, 2055, 33440, 1552], high: [244, 240, 240, 240] },
  { low: [65535, 5450, 36904, 32840], high: [248, 248, 244, 172] },
  { low: [4121, 34986, 34865, 567], high: [168, 240, 120, 248] },
];

import type { Bucket } from './buckets.ts';

/** Written by `build/tune-buckets.mjs`, which says how they were found. */
export const BUILT_IN_BUCKETS: readonly Bucket[] = [
  { low: [65535, 1034, 49166, 65535], high: [248, 168, 252, 252] },
  { low: [2138, 45, 49704, 65535], high: [208, 248, 252, 253] },
  { low: [35, 673, 1049, 65535], high: [240, 168, 248, 253] },
  { low: [8252, 58122, 3144, 35], high: [164, 252, 240, 208] },
  { low: [36104, 6164, 36914, 49176], high: [124, 240, 112, 252] },
  { low: [8480, 37048, 17284, 49200], high: [244, 240, 240, 112] },
  { low: [39952, 49, 37887, 65535], high: [40, 176, 216, 252] },
];

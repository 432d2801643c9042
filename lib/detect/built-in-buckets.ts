import { assignBuckets, type Bucket } from './buckets.ts';
import { builtInTargets } from './built-in-targets.ts';
import { PATTERNS } from './patterns.ts';

/** The kernel has one more, for itself. */
export const BUCKET_COUNT = 15;

/** The buckets of the built-in set. Slow: run once, by the build. */
export function builtInBuckets(): Bucket[] {
  return assignBuckets(
    builtInTargets(PATTERNS).map(({ anchor }) => anchor),
    BUCKET_COUNT,
  );
}

import type { Target } from '../target.ts';
import { ANSWERS } from './answers.ts';
import { CODINGS } from './codings.ts';
import { CONNECTIONS } from './connections.ts';
import { DASHBOARD } from './dashboard.ts';
import { DETECTION } from './detection.ts';
import { EVIDENCE } from './evidence.ts';
import { JSON_TARGETS } from './json.ts';
import { REQUESTS } from './requests.ts';
import { TEXTS } from './texts.ts';

/** Everything that parses what nobody trusts. */
export const TARGETS: readonly Target[] = [
  ...CONNECTIONS,
  ...JSON_TARGETS,
  ...CODINGS,
  ...DETECTION,
  ...REQUESTS,
  ...ANSWERS,
  ...TEXTS,
  ...EVIDENCE,
  ...DASHBOARD,
];

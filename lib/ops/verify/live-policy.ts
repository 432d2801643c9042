import type { KnownSecrets, PatternPolicy } from '../../config/types.ts';
import { BUILT_IN_TYPES, PATTERNS } from '../../detect/patterns.ts';
import type { Scanner } from '../../detect/types.ts';
import type { SelfTest } from '../../proxy/self-test.ts';
import { fail, ok, type Verdict, warn } from './check.ts';
import { judgePatterns } from './patterns-complete.ts';

/** The policy that is in force. */
export interface LivePolicy {
  readonly patterns: PatternPolicy;
  readonly known: KnownSecrets;
  readonly scanner: Scanner;
}

/**
 * Whether the running daemon finds every built-in type, and a made-up secret goes the whole way:
 * out as a placeholder, back as itself.
 *
 * @param random - numbers from 0 to below 1
 */
export async function livePolicy(
  { patterns, known, scanner }: LivePolicy,
  random: () => number,
  selfTest: () => Promise<SelfTest>,
): Promise<Verdict> {
  const blind = BUILT_IN_TYPES.filter(
    (type) => !patterns.disable.includes(type) && !finds(scanner, type, random),
  );
  if (blind.length > 0) {
    return fail(
      `secrets of these types are not found: ${blind.join(', ')}`,
      'see whether `allow` in patterns.yaml is too wide, then `waterwall reload`',
    );
  }
  const travelled = judgeSelfTest(await selfTest());
  if (travelled.status !== 'ok') return travelled;
  const policy = judgePatterns(patterns, scanner.types, known);
  if (policy.status !== 'ok') return policy;
  return ok(`${policy.message}; ${travelled.message}`);
}

/** Of a weak type's made-up examples one in some hundred happens to look like no secret. */
const TRIES = 4;

/** One of a type's patterns is enough: the others of its rows are other forms of it. */
function finds(scanner: Scanner, type: string, random: () => number): boolean {
  const patterns = PATTERNS.filter((pattern) => pattern.type === type);
  for (let left = TRIES; left > 0; left--) {
    const isFound = patterns.some(({ example }) => {
      const bytes = Buffer.from(example(random));
      return scanner.scan({ bytes }).spans.length > 0;
    });
    if (isFound) return true;
  }
  return false;
}

/** What the round trip of a made-up secret says. */
export function judgeSelfTest(test: SelfTest): Verdict {
  switch (test.outcome) {
    case 'round-trip':
      return ok(`a made-up ${test.type} left as a placeholder and came back whole`);
    case 'leaked':
      return fail(
        `a made-up ${test.type} left as it was`,
        'stop egress with `waterwall killswitch arm`, then look at `allow` in patterns.yaml',
      );
    case 'not-restored':
      return fail(
        `a made-up ${test.type} did not come back as it was`,
        'restart the proxy; where that does not help, report it with `waterwall status --json`',
      );
    case 'no-types':
      return warn(
        'no secret could be sent on trial: every built-in type is switched off',
        'take them out of `disable` in patterns.yaml, then `waterwall reload`',
      );
    case 'refused':
      return test.code === 'killswitch-engaged'
        ? warn(
            'no secret could be sent on trial: the kill switch is engaged',
            'see how to clear it with `waterwall killswitch status`',
          )
        : fail(`a request with a made-up secret was refused: ${test.reason}`, test.fix);
  }
}

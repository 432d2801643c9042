import { loadKnownSecrets } from '../../config/load/known-secrets.ts';
import { loadPatterns } from '../../config/load/patterns.ts';
import type { Homes, KnownSecrets, PatternPolicy } from '../../config/types.ts';
import { BUILT_IN_TYPES } from '../../detect/patterns.ts';
import { compileScanner } from '../../detect/scanner.ts';
import { fail, ok, type Verdict, warn } from './check.ts';

/** Whether every built-in type is there, and what the operator added compiles and repeats nothing. */
export function patternsComplete(homes: Homes): Verdict {
  const patterns = loadPatterns(homes, BUILT_IN_TYPES);
  return judgePatterns(patterns, compileScanner(patterns).types, loadKnownSecrets(homes));
}

/**
 * What a loaded policy is worth.
 *
 * @param types - those that are looked for
 */
export function judgePatterns(
  patterns: Pick<PatternPolicy, 'patterns' | 'disable'>,
  types: readonly string[],
  known: Pick<KnownSecrets, 'entries' | 'unreadable'>,
): Verdict {
  const { disable } = patterns;
  const missing = BUILT_IN_TYPES.filter((type) => !types.includes(type) && !disable.includes(type));
  if (missing.length > 0) {
    return fail(
      `built-in types are missing: ${missing.join(', ')}`,
      'install Waterwall again: its own pattern set is damaged',
    );
  }
  if (disable.length > 0) {
    return warn(
      `not redacted, because patterns.yaml disables them: ${disable.join(', ')}`,
      'take them out of `disable` in patterns.yaml, then `waterwall reload`',
    );
  }
  if (known.unreadable.length > 0) {
    return warn(
      `env files with known secrets cannot be read: ${known.unreadable.join(', ')}`,
      'restore them, or take them out of `env_files` in known_secrets.yaml',
    );
  }
  const added = patterns.patterns.length;
  return ok(
    `${BUILT_IN_TYPES.length} built-in types, ${added} of your own, ${known.entries.length} known values`,
  );
}

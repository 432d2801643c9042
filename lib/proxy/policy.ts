import { loadKnownSecrets } from '../config/load/known-secrets.ts';
import { loadPatterns } from '../config/load/patterns.ts';
import { loadSettings } from '../config/load/settings.ts';
import { policyHash } from '../config/policy-hash.ts';
import type { Homes, KnownSecrets, PatternPolicy } from '../config/types.ts';
import type { PolicyOutline } from '../control/policy-diff.ts';
import { BUILT_IN_TYPES, PATTERN_SET } from '../detect/patterns.ts';
import { compileScanner } from '../detect/scanner.ts';
import { createTokenizer } from '../vault/tokenizer.ts';
import type { Policy } from './exchange-context.ts';

/** A policy together with what it was made of. */
export interface LoadedPolicy extends Policy {
  readonly patterns: PatternPolicy;
  readonly known: KnownSecrets;
  readonly outline: PolicyOutline;
}

/**
 * Reads and compiles everything that may change while the daemon runs.
 *
 * @param previous - the policy in force: vanished files of known secrets keep their values
 * @throws WaterwallError `config-invalid`, `file-exposed`
 */
export function loadPolicy(
  homes: Homes,
  sessionKey: Uint8Array,
  previous?: LoadedPolicy,
): LoadedPolicy {
  const settings = loadSettings(homes);
  const patterns = loadPatterns(homes, BUILT_IN_TYPES);
  const known = loadKnownSecrets(homes, previous === undefined ? {} : { previous: previous.known });
  const scanner = compileScanner(patterns);
  const hash = policyHash({ builtIn: JSON.stringify(PATTERN_SET), patterns, known }, sessionKey);
  const fingerprint = createTokenizer(sessionKey);
  const outline: PolicyOutline = {
    hash,
    types: scanner.types,
    disabled: patterns.disable,
    allow: patterns.allow.map((entry) => fingerprint(Buffer.from(entry))),
    knownSecrets: known.entries.map(({ value }) => fingerprint(value.reveal())),
    settings: { ...settings },
  };
  return { settings, scanner, hash, patterns, known, outline };
}

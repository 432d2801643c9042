/** Finds in bytes what the proxy would replace there: by pattern, and by the operator's own list. */

import { loadKnownSecrets } from '../config/load/known-secrets.ts';
import { loadPatterns } from '../config/load/patterns.ts';
import type { Homes, KnownSecret, PatternPolicy } from '../config/types.ts';
import { createExactMatcher, SHORTEST_EXACT_VALUE } from '../detect/exact.ts';
import { BUILT_IN_TYPES } from '../detect/patterns.ts';
import { compileScanner } from '../detect/scanner.ts';
import type { Scanner, Span } from '../detect/types.ts';
import { WaterwallError } from '../errors.ts';
import { inspect } from '../redact/inspect.ts';
import type { Fingerprint, StoredSecret } from '../vault/types.ts';

/** A span without what only the redactor needs. */
export type Found = Pick<Span, 'start' | 'end' | 'type'>;

export interface SecretFinder {
  readonly scanner: Scanner;
  readonly policy: PatternPolicy;
  /** Why the operator's list is not looked for; undefined where it is. */
  readonly withoutKnown: string | undefined;
  /** Sorted, disjoint. */
  find(bytes: Uint8Array): readonly Found[];
}

/**
 * Compiles the set that these homes name; the built-in one where they name nothing.
 *
 * @throws WaterwallError `config-invalid`, `file-exposed`
 */
export function openSecretFinder(homes: Homes): SecretFinder {
  const policy = loadPatterns(homes, BUILT_IN_TYPES);
  const scanner = compileScanner(policy);
  const { entries, problem } = knownSecrets(homes);
  const exact = createExactMatcher();
  const known = new Map<string, StoredSecret>();
  entries.forEach(({ type, value }, index) => {
    if (value.length < SHORTEST_EXACT_VALUE) return;
    const fingerprint = String(index) as Fingerprint;
    known.set(fingerprint, { fingerprint, type, value });
    exact.add(fingerprint, value.reveal());
  });
  const vault = { get: (id: string) => known.get(id) };
  return {
    scanner,
    policy,
    withoutKnown: problem,
    find(bytes) {
      const context = { scanner, exact, vault, now: 0, privateKeySeen: false };
      return inspect(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), context).findings;
    },
  };
}

/** The list belongs to whoever runs the proxy; anybody else may still look by pattern. */
function knownSecrets(homes: Homes): { entries: readonly KnownSecret[]; problem?: string } {
  try {
    return { entries: loadKnownSecrets(homes).entries };
  } catch (error) {
    if (!(error instanceof WaterwallError) || error.code !== 'io-error') throw error;
    return { entries: [], problem: error.message };
  }
}

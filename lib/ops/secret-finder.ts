/** Finds in bytes what the proxy would replace there: by pattern, and by the operator's own list. */

import { loadKnownSecrets } from '../config/load/known-secrets.ts';
import { loadPatterns } from '../config/load/patterns.ts';
import type { Homes, KnownSecret, PatternPolicy } from '../config/types.ts';
import { createExactMatcher } from '../detect/exact.ts';
import { BUILT_IN_TYPES } from '../detect/patterns.ts';
import { compileScanner } from '../detect/scanner.ts';
import type { Scanner, Span } from '../detect/types.ts';
import { WaterwallError } from '../errors.ts';

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
  const types = new Map<string, string>();
  entries.forEach(({ type, value }, index) => {
    if (value.length < SHORTEST) return;
    types.set(String(index), type);
    exact.add(String(index), value.reveal());
  });
  return {
    scanner,
    policy,
    withoutKnown: problem,
    find(bytes) {
      const known = exact.find(bytes).map(({ start, end, id }) => ({
        start,
        end,
        type: types.get(id) ?? 'KNOWN_SECRET',
      }));
      return union([...scanner.scan({ bytes }).spans, ...known]);
    },
  };
}

/** Shorter values are found everywhere. */
const SHORTEST = 8;

/** The list belongs to whoever runs the proxy; anybody else may still look by pattern. */
function knownSecrets(homes: Homes): { entries: readonly KnownSecret[]; problem?: string } {
  try {
    return { entries: loadKnownSecrets(homes).entries };
  } catch (error) {
    if (!(error instanceof WaterwallError) || error.code !== 'io-error') throw error;
    return { entries: [], problem: error.message };
  }
}

/** Overlapping ones as one, with the longest one's type. */
export function union(found: readonly Found[]): readonly Found[] {
  const result: { start: number; end: number; type: string; longest: number }[] = [];
  const sorted = [...found].sort((a, b) => a.start - b.start || b.end - a.end);
  for (const { start, end, type } of sorted) {
    const last = result.at(-1);
    if (last === undefined || start >= last.end) {
      result.push({ start, end, type, longest: end - start });
      continue;
    }
    last.end = Math.max(last.end, end);
    if (end - start > last.longest) {
      last.longest = end - start;
      last.type = type;
    }
  }
  return result.map(({ start, end, type }) => ({ start, end, type }));
}

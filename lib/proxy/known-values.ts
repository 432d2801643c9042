import type { KnownSecret } from '../config/types.ts';
import type { ExactMatcher } from '../detect/types.ts';
import type { MutablePin, PlaceholderStore } from '../vault/types.ts';
import type { Vault } from '../vault/vault.ts';

/** The values that are matched exactly: known secrets, and whatever came back to a client. */
export interface KnownValues {
  /**
   * Puts the operator's known secrets in force. One that was removed stays known for as long as
   * the store holds it: conversations still carry it.
   */
  setSecrets(secrets: readonly KnownSecret[]): void;
  /** From now on a value that came back to a client is found wherever it stands. */
  remember(fingerprint: string): void;
  /** The fingerprints of all values that are matched exactly. */
  remembered(): readonly string[];
  /** Forgets the values that the store has let go. To be called now and then. */
  prune(): void;
}

/** Shorter values are found everywhere. */
const SHORTEST = 8;

export function createKnownValues(
  exact: ExactMatcher,
  vault: Vault,
  store: PlaceholderStore,
  now: () => number,
): KnownValues {
  const matched = new Set<string>();
  let held: MutablePin = store.pin();

  const match = (fingerprint: string): void => {
    const value = matched.has(fingerprint) ? undefined : vault.get(fingerprint, now())?.value;
    if (value === undefined || value.length < SHORTEST) return;
    exact.add(fingerprint, value.reveal());
    matched.add(fingerprint);
  };
  return {
    setSecrets(secrets) {
      const next = store.pin();
      try {
        for (const { type, value } of secrets) {
          match(vault.redact(type, value.reveal(), next, now()).fingerprint);
        }
      } catch (error) {
        next.release();
        throw error;
      }
      held.release();
      held = next;
    },
    remember: match,
    remembered: () => [...matched],
    prune() {
      const stored = new Set<string>();
      for (const { fingerprint } of store.entries(now())) stored.add(fingerprint);
      for (const fingerprint of matched) {
        if (stored.has(fingerprint)) continue;
        exact.delete(fingerprint);
        matched.delete(fingerprint);
      }
    },
  };
}

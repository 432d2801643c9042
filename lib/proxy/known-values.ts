import type { KnownSecret } from '../config/types.ts';
import { SHORTEST_EXACT_VALUE } from '../detect/exact.ts';
import type { ExactMatcher } from '../detect/types.ts';
import { isRefusal } from '../errors.ts';
import type { Secret } from '../vault/secret.ts';
import type { Tokenizer } from '../vault/tokenizer.ts';
import type { PlaceholderStore, StoredSecret } from '../vault/types.ts';
import type { Vault } from '../vault/vault.ts';

/** The values that are matched exactly: known secrets, and whatever came back to a client. */
export interface KnownValues {
  /** A known secret, whatever the store holds. */
  always(fingerprint: string): StoredSecret | undefined;
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

/** Its parts need each other: a vault asks `always`, and remembering asks the vault. */
export interface KnownValuesParts {
  readonly exact: ExactMatcher;
  readonly vault: () => Vault;
  readonly store: PlaceholderStore;
  readonly fingerprint: Tokenizer;
  /** Milliseconds of the monotonic clock. */
  readonly now: () => number;
}

export function createKnownValues({
  exact,
  vault,
  store,
  fingerprint,
  now,
}: KnownValuesParts): KnownValues {
  const matched = new Set<string>();
  let secrets: ReadonlyMap<string, StoredSecret> = new Map();

  const match = (id: string, value: Secret): void => {
    if (matched.has(id) || value.length < SHORTEST_EXACT_VALUE) return;
    exact.add(id, value.reveal());
    matched.add(id);
  };
  /** What was removed goes on as if it had been met just now, as far as the store has room. */
  const keep = (removed: readonly StoredSecret[]): void => {
    const pin = store.pin();
    try {
      for (const { type, value } of removed) vault().redact(type, value.reveal(), pin, now());
    } catch (error) {
      if (!isRefusal(error)) throw error;
    } finally {
      pin.release();
    }
  };
  return {
    always: (id) => secrets.get(id),
    setSecrets(given) {
      const next = new Map<string, StoredSecret>();
      for (const { type, value } of given) {
        const id = fingerprint(value.reveal());
        if (next.has(id)) continue;
        next.set(id, { fingerprint: id, type, value });
        match(id, value);
      }
      const before = secrets;
      secrets = next;
      keep([...before.values()].filter((known) => !next.has(known.fingerprint)));
    },
    remember(id) {
      const known = vault().get(id, now());
      if (known !== undefined) match(id, known.value);
    },
    remembered: () => [...matched].filter((id) => !secrets.has(id)),
    prune() {
      const stored = new Set<string>(secrets.keys());
      for (const entry of store.entries(now())) stored.add(entry.fingerprint);
      for (const id of matched) {
        if (stored.has(id)) continue;
        exact.delete(id);
        matched.delete(id);
      }
    },
  };
}

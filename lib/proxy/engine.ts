import { createExactMatcher } from '../detect/exact.ts';
import type { ExactMatcher } from '../detect/types.ts';
import { type Conversations, createConversations } from '../vault/conversations.ts';
import { createStore } from '../vault/store.ts';
import { createTokenizer, type Tokenizer } from '../vault/tokenizer.ts';
import type { PlaceholderStore } from '../vault/types.ts';
import { createVault, type Vault } from '../vault/vault.ts';
import { createKnownValues, type KnownValues } from './known-values.ts';
import type { LoadedPolicy } from './policy.ts';

/** Everything that knows secrets, under one session key. */
export interface Engine {
  readonly fingerprint: Tokenizer;
  readonly store: PlaceholderStore;
  readonly vault: Vault;
  readonly exact: ExactMatcher;
  readonly known: KnownValues;
  readonly conversations: Conversations;
}

/** Conversations that are remembered at once; an agent has a handful. */
const CONVERSATIONS = 4096;

export function createEngine(
  policy: LoadedPolicy,
  sessionKey: Uint8Array,
  now: () => number,
): Engine {
  const fingerprint = createTokenizer(sessionKey);
  const { capacity, bytes, ttl } = policy.settings.store;
  const store = createStore({ capacity, bytes, ttl });
  const exact = createExactMatcher();
  const known: KnownValues = createKnownValues({
    exact,
    vault: () => vault,
    store,
    fingerprint,
    now,
  });
  const vault = createVault({ fingerprint, store, always: known.always });
  known.setSecrets(policy.known.entries);
  const conversations = createConversations({ capacity: CONVERSATIONS, ttl });
  return { fingerprint, store, vault, exact, known, conversations };
}

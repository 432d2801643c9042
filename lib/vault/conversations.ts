/** One conversation of an agent with a host, as far as it concerns what may be restored in it. */
export interface Conversation {
  /** Fingerprints that this conversation has sent to the host. */
  readonly sent: Pick<ReadonlySet<string>, 'has'>;
  /** Notes what a request carried. */
  add(fingerprints: Iterable<string>): void;
  /** Gives the conversation one more name, e.g. the id of an answer. */
  link(key: string): void;
  /** A private-key marker has been met. */
  privateKeySeen: boolean;
}

/** A conversation as it goes over a restart. */
export interface ConversationRecord {
  readonly keys: readonly string[];
  readonly sent: readonly string[];
  readonly privateKeySeen: boolean;
}

/** Which conversations there are. */
export interface Conversations {
  readonly size: number;
  /**
   * The conversation that these keys name, begun where there is none. Keys that named different
   * ones make them one: a client that continues an answer under a new session id goes on with the
   * same text.
   *
   * @param keys - e.g. `host|session:…`; every key holds the host
   */
  begin(keys: readonly string[], now: number): Conversation;
  /** All of them, least recently used first. */
  records(now: number): readonly ConversationRecord[];
  /** Takes one over from the process before. */
  take(record: ConversationRecord, now: number): void;
}

export interface ConversationLimits {
  /** Conversations. */
  readonly capacity: number;
  /** Milliseconds without use after which a conversation is forgotten. */
  readonly ttl: number;
}

/** An agent's day has some hundred answers; the oldest names go first. */
const KEYS_PER_CONVERSATION = 1024;
/** As many as the store holds by default: older ones could not be restored anyway. */
const SENT_PER_CONVERSATION = 10_000;

interface State {
  readonly keys: Set<string>;
  readonly sent: Set<string>;
  privateKeySeen: boolean;
  usedAt: number;
  /** The conversation that this one became part of. */
  mergedInto: State | undefined;
}

/** Remembers conversations, the least recently used ones forgotten first. */
export function createConversations({ capacity, ttl }: ConversationLimits): Conversations {
  const byKey = new Map<string, State>();
  const inOrder = new Set<State>();

  function forget(state: State): void {
    for (const key of state.keys) byKey.delete(key);
    state.keys.clear();
    inOrder.delete(state);
  }

  function forgetOld(now: number): void {
    for (const state of inOrder) {
      if (inOrder.size <= capacity && now - state.usedAt < ttl) return;
      forget(state);
    }
  }

  function link(state: State, key: string): void {
    const other = byKey.get(key);
    if (other === state) return;
    if (other !== undefined) {
      absorb(state, other);
      return;
    }
    byKey.set(key, state);
    state.keys.add(key);
    inOrder.add(state);
    const [oldest] = state.keys;
    if (state.keys.size > KEYS_PER_CONVERSATION && oldest !== undefined) {
      state.keys.delete(oldest);
      byKey.delete(oldest);
    }
  }

  function absorb(state: State, other: State): void {
    const keys = [...other.keys];
    forget(other);
    other.mergedInto = state;
    addSent(state, other.sent);
    state.privateKeySeen ||= other.privateKeySeen;
    for (const key of keys) link(state, key);
  }

  function begin(keys: readonly string[], now: number): Conversation {
    forgetOld(now);
    const known = keys.map((key) => byKey.get(key)).find((state) => state !== undefined);
    const state = known ?? createState(now);
    state.usedAt = now;
    inOrder.delete(state);
    for (const key of keys) link(state, key);
    if (state.keys.size > 0) inOrder.add(state);
    forgetOld(now);
    return handleOf(state, link);
  }

  return {
    get size() {
      return inOrder.size;
    },
    begin,
    records(now) {
      forgetOld(now);
      return [...inOrder].map(({ keys, sent, privateKeySeen }) => ({
        keys: [...keys],
        sent: [...sent],
        privateKeySeen,
      }));
    },
    take(record, now) {
      const conversation = begin(record.keys, now);
      conversation.add(record.sent);
      conversation.privateKeySeen ||= record.privateKeySeen;
    },
  };
}

function createState(now: number): State {
  return {
    keys: new Set(),
    sent: new Set(),
    privateKeySeen: false,
    usedAt: now,
    mergedInto: undefined,
  };
}

function addSent(state: State, fingerprints: Iterable<string>): void {
  for (const fingerprint of fingerprints) {
    state.sent.delete(fingerprint);
    state.sent.add(fingerprint);
  }
  for (const oldest of state.sent) {
    if (state.sent.size <= SENT_PER_CONVERSATION) return;
    state.sent.delete(oldest);
  }
}

/** A handle outlives merges and evictions: its exchange goes on with what it had. */
function handleOf(state: State, link: (state: State, key: string) => void): Conversation {
  const current = (): State => {
    let at = state;
    while (at.mergedInto !== undefined) at = at.mergedInto;
    return at;
  };
  return {
    sent: { has: (fingerprint) => current().sent.has(fingerprint) },
    add: (fingerprints) => addSent(current(), fingerprints),
    link: (key) => link(current(), key),
    get privateKeySeen() {
      return current().privateKeySeen;
    },
    set privateKeySeen(seen) {
      current().privateKeySeen = seen;
    },
  };
}

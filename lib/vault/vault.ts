import { formatPlaceholder } from './placeholder.ts';
import { Secret } from './secret.ts';
import { collision } from './store.ts';
import type { Tokenizer } from './tokenizer.ts';
import type {
  Fingerprint,
  MutablePin,
  Placeholder,
  PlaceholderStore,
  StoredSecret,
} from './types.ts';

/** A secret's stand-in. */
export interface Replacement {
  readonly placeholder: Placeholder;
  readonly fingerprint: Fingerprint;
  /** The type in the placeholder: the one under which the text was first met. */
  readonly type: string;
}

/** Secrets in, placeholders out, and back. */
export interface Vault {
  /**
   * Gives a text its placeholder and remembers it.
   *
   * @throws WaterwallError `placeholder-collision`, `store-full`
   */
  redact(type: string, decoded: Uint8Array, pin: MutablePin, now: number): Replacement;
  /** What a fingerprint stands for; its lifetime begins anew. */
  get(fingerprint: string, now: number): StoredSecret | undefined;
  /** Whether a fingerprint is known. */
  knows(fingerprint: string, now: number): boolean;
}

export interface VaultParts {
  readonly fingerprint: Tokenizer;
  readonly store: PlaceholderStore;
  /** Secrets that are known whatever the store holds: the operator's own list. */
  readonly always?: (fingerprint: string) => StoredSecret | undefined;
}

/** A conversation repeats its secrets with every turn: a lookup costs a third of an HMAC. */
const MEMO_ENTRIES = 4096;
/** Longer texts are hashed each time: few, and V8 hashes long strings by their length alone. */
const MEMO_TEXT = 512;

/** A vault over one store and one session key. */
export function createVault({ fingerprint, store, always }: VaultParts): Vault {
  const memo = new Map<string, Fingerprint>();

  function fingerprintOf(decoded: Uint8Array): Fingerprint {
    if (decoded.length > MEMO_TEXT) return fingerprint(decoded);
    const text = Buffer.from(decoded.buffer, decoded.byteOffset, decoded.length).toString('latin1');
    const known = memo.get(text);
    if (known !== undefined) return known;
    const fresh = fingerprint(decoded);
    if (memo.size >= MEMO_ENTRIES) memo.clear();
    memo.set(text, fresh);
    return fresh;
  }

  const get = (id: string, now: number): StoredSecret | undefined =>
    always?.(id) ?? store.get(id, now);

  return {
    redact(type, decoded, pin, now) {
      const id = fingerprintOf(decoded);
      const known = get(id, now);
      if (known !== undefined && !known.value.reveal().equals(decoded)) throw collision();
      if (known !== undefined) pin.add(id);
      const stored = known ?? store.put(id, type, new Secret(decoded), pin, now);
      return {
        placeholder: formatPlaceholder(stored.type, id),
        fingerprint: id,
        type: stored.type,
      };
    },
    get,
    knows: (id, now) => get(id, now) !== undefined,
  };
}

import { createMemo } from './memo.ts';
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
  /** The same; not to be changed. */
  readonly bytes: Buffer;
  readonly fingerprint: Fingerprint;
  /** The type in the placeholder: the one under which the text was first met. */
  readonly type: string;
  /** What the audit line says of it, as the list that an edit has. */
  readonly redactions: readonly [{ readonly type: string; readonly hmac: Fingerprint }];
}

/** Secrets in, placeholders out, and back. */
export interface Vault {
  /**
   * Gives a text its placeholder and remembers it.
   *
   * @throws WaterwallError `placeholder-collision`, `store-full`
   */
  redact(type: string, decoded: Buffer, pin: MutablePin, now: number): Replacement;
  /** The same of the text from `start` to `end`. */
  redactIn(
    bytes: Buffer,
    start: number,
    end: number,
    type: string,
    pin: MutablePin,
    now: number,
  ): Replacement;
  /** What a fingerprint stands for; its lifetime begins anew. */
  get(fingerprint: string, now: number): StoredSecret | undefined;
  /** Whether a fingerprint is known. */
  knows(fingerprint: string, now: number): boolean;
  /** Forgets the secrets whose TTL is over, also those nobody asks for. To be called now and then. */
  expire(now: number): void;
}

export interface VaultParts {
  readonly fingerprint: Tokenizer;
  readonly store: PlaceholderStore;
  /** Secrets that are known whatever the store holds: the operator's own list. */
  readonly always?: (fingerprint: string) => StoredSecret | undefined;
}

function replacementOf({ type, fingerprint }: StoredSecret): Replacement {
  const placeholder = formatPlaceholder(type, fingerprint);
  return {
    placeholder,
    bytes: Buffer.from(placeholder, 'latin1'),
    fingerprint,
    type,
    redactions: [{ type, hmac: fingerprint }],
  };
}

/** A vault over one store and one session key. */
export function createVault({ fingerprint, store, always }: VaultParts): Vault {
  const memo = createMemo();

  const get = (id: string, now: number): StoredSecret | undefined =>
    always?.(id) ?? store.get(id, now);

  /** @param was - what was stored for the text, and so is known to hold it */
  function keep(
    text: Buffer,
    id: Fingerprint,
    was: StoredSecret | undefined,
    type: string,
    pin: MutablePin,
    now: number,
  ): StoredSecret {
    const known = get(id, now);
    if (known === undefined) return store.put(id, type, new Secret(text), pin, now);
    if (known !== was && !known.value.reveal().equals(text)) throw collision();
    pin.add(id);
    return known;
  }

  const redactIn: Vault['redactIn'] = (bytes, start, end, type, pin, now) => {
    const met = memo.get(bytes, start, end);
    if (met !== undefined && met.heldBy === pin.use && met.at === now) return met.replacement;
    const text = bytes.subarray(start, end);
    const id = met === undefined ? fingerprint(text) : met.stored.fingerprint;
    const stored = keep(text, id, met?.stored, type, pin, now);
    if (met === undefined) {
      const replacement = replacementOf(stored);
      memo.add(bytes, start, end, { stored, replacement, heldBy: pin.use, at: now });
      return replacement;
    }
    if (met.stored !== stored) {
      met.stored = stored;
      met.replacement = replacementOf(stored);
    }
    met.heldBy = pin.use;
    met.at = now;
    return met.replacement;
  };

  return {
    redact: (type, decoded, pin, now) => redactIn(decoded, 0, decoded.length, type, pin, now),
    redactIn,
    get,
    knows: (id, now) => get(id, now) !== undefined,
    expire(now) {
      store.expire(now);
      memo.prune((stored) => store.holds(stored) || always?.(stored.fingerprint) === stored);
    },
  };
}

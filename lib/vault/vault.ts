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
}

/** Secrets in, placeholders out, and back. */
export interface Vault {
  /**
   * Gives a text its placeholder and remembers it.
   *
   * @throws WaterwallError `placeholder-collision`, `store-full`
   */
  redact(type: string, decoded: Buffer, pin: MutablePin, now: number): Replacement;
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

/** A text that was met before. */
interface Met {
  readonly id: Fingerprint;
  /** What was stored for it, and so is known to hold it. */
  stored: StoredSecret | undefined;
}

/** A vault over one store and one session key. */
export function createVault({ fingerprint, store, always }: VaultParts): Vault {
  const memo = new Map<string, Met>();
  const replacements = new WeakMap<StoredSecret, Replacement>();

  function replacementOf(stored: StoredSecret): Replacement {
    let made = replacements.get(stored);
    if (made === undefined) {
      const { type, fingerprint: id } = stored;
      const placeholder = formatPlaceholder(type, id);
      made = { placeholder, bytes: Buffer.from(placeholder, 'latin1'), fingerprint: id, type };
      replacements.set(stored, made);
    }
    return made;
  }

  function meet(decoded: Buffer): Met {
    if (decoded.length > MEMO_TEXT) return { id: fingerprint(decoded), stored: undefined };
    const text = decoded.toString('latin1');
    let met = memo.get(text);
    if (met === undefined) {
      met = { id: fingerprint(decoded), stored: undefined };
      if (memo.size >= MEMO_ENTRIES) memo.clear();
      memo.set(text, met);
    }
    return met;
  }

  const get = (id: string, now: number): StoredSecret | undefined =>
    always?.(id) ?? store.get(id, now);

  return {
    redact(type, decoded, pin, now) {
      const met = meet(decoded);
      const { id } = met;
      const known = get(id, now);
      if (known === undefined) {
        met.stored = store.put(id, type, new Secret(decoded), pin, now);
      } else {
        if (known !== met.stored && !known.value.reveal().equals(decoded)) throw collision();
        met.stored = known;
        pin.add(id);
      }
      return replacementOf(met.stored);
    },
    get,
    knows: (id, now) => get(id, now) !== undefined,
  };
}

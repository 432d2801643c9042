import type { Secret } from './secret.ts';

/** `<pl:TYPE:H>`; only {@link formatPlaceholder} makes one. */
export type Placeholder = string & { readonly __brand: 'Placeholder' };

/** The first 16 lower-case hex digits of HMAC-SHA256(session key, decoded span). */
export type Fingerprint = string & { readonly __brand: 'Fingerprint' };

/** What the store knows of one fingerprint. */
export interface StoredSecret {
  readonly fingerprint: Fingerprint;
  /** The type under which the text was first met: one text has one placeholder. */
  readonly type: string;
  readonly value: Secret;
}

/** Holds entries against eviction while an exchange that used them runs. */
export interface StorePin {
  readonly fingerprints: ReadonlySet<Fingerprint>;
  release(): void;
}

/**
 * Fingerprint → secret. All operations are O(1); the time comes in with each call (milliseconds
 * of a monotonic clock).
 */
export interface PlaceholderStore {
  readonly size: number;
  readonly bytes: number;
  readonly capacity: number;
  /** A pin for one exchange. */
  pin(): MutablePin;
  /**
   * Stores a secret and pins it.
   *
   * @throws WaterwallError `placeholder-collision` where another text has the fingerprint,
   *   `store-full` where nothing can be evicted.
   */
  put(
    fingerprint: Fingerprint,
    type: string,
    value: Secret,
    pin: MutablePin,
    now: number,
  ): StoredSecret;
  /** Looks a secret up and lets its TTL begin anew. */
  get(fingerprint: string, now: number): StoredSecret | undefined;
  /** Whether an entry is still there; its TTL goes on. */
  holds(stored: StoredSecret): boolean;
  /** Drops the entries whose TTL is over. */
  expire(now: number): void;
  /** Entries, least recently used first (for a sealed hand-over). */
  entries(now: number): Iterable<StoredSecret>;
}

export interface MutablePin extends StorePin {
  /** A number of this pin's own while it holds what is added; NaN, which equals nothing, after. */
  readonly use: number;
  add(fingerprint: Fingerprint): void;
}

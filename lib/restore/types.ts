import type { Secret } from '../vault/secret.ts';
import type { Fingerprint } from '../vault/types.ts';

/**
 * What becomes of a placeholder with a certain fingerprint in this exchange: its secret comes
 * back, or it stays (`foreign`: known, but this conversation never sent it).
 */
export type Resolution =
  | { readonly state: 'restore'; readonly type: string; readonly secret: Secret }
  | { readonly state: 'foreign' }
  | { readonly state: 'unknown' };

export type Resolve = (fingerprint: string) => Resolution;

/** One restored placeholder. */
export interface Restored {
  readonly type: string;
  readonly hmac: Fingerprint;
}

/** A piece of the answer, in order. */
export interface RestoredPiece {
  readonly bytes: Uint8Array;
  /** What was put back in this piece: its audit line must be durable before the piece leaves. */
  readonly restored: readonly Restored[];
  /** Placeholders that stayed as they were. */
  readonly unknown: number;
}

/** Restores one answer, as it arrives. */
export interface Restorer {
  /** Takes the next bytes; gives what can leave now. */
  push(chunk: Uint8Array): readonly RestoredPiece[];
  /** The answer is complete: gives what was held back. */
  end(): readonly RestoredPiece[];
  /** Ids by which a later request may name this conversation (`resp_…`), met so far. */
  readonly responseIds: readonly string[];
}

import type { TreeText } from './signed-tree.ts';

/** What the signer is asked, one JSON object a line. */
export type SignerRequest =
  | { readonly op: 'head' }
  | {
      readonly op: 'extend';
      /** Must be the signer's size. */
      readonly from: number;
      /** Leaf hashes, 32 bytes each, base64 of them all. */
      readonly leaves: string;
    }
  | {
      readonly op: 'sign';
      /** 1: this checkpoint is kept; the signer may print it. */
      readonly keep?: 0 | 1;
    }
  | {
      readonly op: 'manifest';
      /** Base64. */
      readonly payload: string;
    }
  /** Has the key of the next epoch made. */
  | { readonly op: 'next_key' }
  | {
      readonly op: 'close_epoch';
      /** The next line of the log, which announces that key: its bytes, base64. */
      readonly line: string;
    }
  /** The epoch's receipt is durable: that key takes over. */
  | { readonly op: 'open_epoch' };

/** What it says of itself, and the first thing it says on every connection. */
export interface SignerHead {
  readonly size: number;
  readonly leaf: string;
  /** The text of `signing.pub`. */
  readonly public_keys: string;
  /** The user it runs as; −1 where there are none. */
  readonly uid: number;
  /** The key that signs. */
  readonly vkey: string;
  /** The one that takes over, once it is told that its receipt is there; nothing is added until then. */
  readonly next?: string;
}

/** A checkpoint, and what it takes to tell that it is one of this log: {@link TreeText}. */
export interface SignedHead extends TreeText {
  readonly note: string;
}

/** Why it does not do what it is asked. */
export interface SignerRefusal {
  readonly code: string;
  readonly message: string;
  readonly fix?: string;
}

/** Leaves in one request; more come in several. */
export const MAX_LEAVES = 4096;

/** The longest request or answer: a manifest with a thousand requests has a tenth of that. */
export const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

import type { ExactMatcher, Scanner } from '../detect/types.ts';
import type { ApiGrammar } from '../providers/types.ts';
import type { Fingerprint, MutablePin } from '../vault/types.ts';
import type { Vault } from '../vault/vault.ts';

/** One replaced span, as the audit line names it. */
export interface Redaction {
  readonly type: string;
  readonly hmac: Fingerprint;
}

/** What redaction needs of the world; the outermost layer fills it in. */
export interface RedactionContext {
  readonly scanner: Scanner;
  readonly exact: ExactMatcher;
  readonly vault: Vault;
  readonly grammar: ApiGrammar;
  /** Keeps this exchange's entries in the store. */
  readonly pin: MutablePin;
  /** Milliseconds of the monotonic clock. */
  readonly now: number;
  /** The conversation has met a private-key marker. */
  readonly privateKeySeen: boolean;
}

/** A redacted message body. */
export interface RedactedBody {
  /** What is sent, in order; the parts that did not change share memory with the input. */
  readonly parts: readonly Uint8Array[];
  /** Bytes in `parts`. */
  readonly length: number;
  /** Every replaced span in the order in which they stood; empty where nothing changed. */
  readonly redactions: readonly Redaction[];
  /** Whether any byte differs from the decoded input (literals may be escaped without a redaction). */
  readonly changed: boolean;
  readonly privateKeySeen: boolean;
}

import type { AuditLog } from '../audit/types.ts';
import type { PermittedHost, Settings } from '../config/types.ts';
import type { ExactMatcher, Scanner } from '../detect/types.ts';
import type { ApiGrammar } from '../providers/types.ts';
import type { Conversations } from '../vault/conversations.ts';
import type { PlaceholderStore } from '../vault/types.ts';
import type { Vault } from '../vault/vault.ts';
import type { Live } from './live.ts';
import type { Observer } from './observer.ts';
import type { Upstream } from './upstream.ts';

/** What may change between two requests, swapped as one. */
export interface Policy {
  readonly settings: Settings;
  readonly scanner: Scanner;
  readonly hash: string;
}

/** What all exchanges share. */
export interface ExchangeContext {
  readonly policy: () => Policy;
  /** The gate at which a request begins. Rejects with `killswitch-engaged`, `audit-unavailable`. */
  readonly gate: () => Promise<void>;
  /** The same look, without waiting: for what is under way. */
  readonly gateNow: () => void;
  /** Puts a value that came back to a client among those that are matched exactly. */
  readonly remember: (fingerprint: string) => void;
  readonly store: PlaceholderStore;
  readonly vault: Vault;
  readonly exact: ExactMatcher;
  readonly conversations: Conversations;
  readonly audit: AuditLog;
  readonly live: Live;
  /** Something failed that nobody waits for. */
  readonly onFault: (error: unknown) => void;
  readonly observer: Pick<Observer, 'started' | 'sent' | 'ended'>;
  /** Milliseconds of the monotonic clock. */
  readonly now: () => number;
}

/** A client connection whose TLS we ended. */
export interface Opened {
  readonly host: PermittedHost;
  readonly grammar: ApiGrammar;
  readonly upstream: Upstream;
  /** The name in the client's handshake. */
  readonly serverName: string | undefined;
  /** Numbers the connection within this process. */
  readonly socket: number;
}

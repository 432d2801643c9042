import type { WaterwallError } from '../../errors.ts';
import type { GrowingEpochs } from '../key-epochs.ts';
import type { PublicKeys } from '../public-keys.ts';
import type { SignedHead } from '../signer/protocol.ts';
import type { SignerReach } from '../signer/reach.ts';
import type { ChainHead } from '../types.ts';

/** A checkpoint of this log. */
export interface Signed extends SignedHead {
  /** It is one of those that are kept. */
  readonly keep: boolean;
}

/** How the signer is. */
export interface SigningFacts {
  readonly state: 'starting' | 'running' | 'silent' | 'refused';
  /** Number of lines that are signed. */
  readonly signedSize: number;
  /** Milliseconds for which the oldest unsigned line has waited; 0 where none waits. */
  readonly waitingMs: number;
  /** Why it does not sign; undefined while it does. */
  readonly reason: string | undefined;
  /** Milliseconds for which it has not been there; 0 while it runs. */
  readonly downMs: number;
  /** How often it was lost and looked for again. */
  readonly restarts: number;
  readonly signatures: number;
  /** The user it runs as, as it says. */
  readonly uid: number | undefined;
  readonly mode: SignerReach['mode'];
  /** Its process, where it is our child. */
  readonly pid: number | undefined;
  /** Whether it has a user of its own, or its notes are anchored elsewhere. */
  readonly isolated: boolean;
  readonly origin: string;
  /** The first key, which `signing.pub` holds. */
  readonly vkey: string;
  /** How many keys took over from it, one after the other. */
  readonly keyEpoch: number;
  /** Milliseconds since the epoch. */
  readonly lastSignedAt: number | undefined;
}

/** Has the durable lines of a log signed, one exchange with the signer at a time. */
export interface Signing {
  /** Why requests must be refused; undefined while lines are signed in time. */
  readonly failure: WaterwallError<'audit-unavailable'> | undefined;
  readonly facts: SigningFacts;
  /**
   * A line has become durable. `boundary`: its size gets a checkpoint of its own that is kept.
   * `announces`: its bytes, where it announces the key of the next epoch.
   */
  add(head: ChainHead, boundary: boolean, announces?: Buffer): void;
  /** Whether a line that announces a key waits to be signed. */
  readonly isKeyAnnounced: boolean;
  /** Has the next key made; gives its vkey. */
  nextKey(): Promise<string>;
  /** Settles when it is known whether log and signer belong together, or the wait is over. */
  settled(): Promise<void>;
  /** Waits until the log is signed up to this size; undefined where that takes too long. */
  through(size: number, within: number): Promise<Signed | undefined>;
  /** Has a payload signed with the manifest key; gives the DSSE envelope. */
  manifest(payload: Uint8Array): Promise<string>;
  close(): void;
}

export interface SigningDeps {
  readonly logFolder: string;
  /** The log's end when it was opened. */
  readonly end: ChainHead;
  /** The first ones; those of later epochs are read before anything is signed. */
  readonly keys: PublicKeys;
  readonly epochs: GrowingEpochs;
  readonly reach: SignerReach;
  /** Milliseconds for which lines may wait. */
  readonly timeout: number;
  /** The monotonic clock, milliseconds. */
  now(): number;
  onSigned(signed: Signed): void;
  /** Told when requests begin to be refused, and when they no longer are. */
  onFailure(failure: WaterwallError<'audit-unavailable'> | undefined): void;
  /** The signer had not seen some lines of an earlier time, and has now. */
  onCaughtUp(from: number, to: number, cause: 'behind' | 'silent'): void;
}

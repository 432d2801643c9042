import type { DiskUse } from '../audit/disk-use.ts';
import type { ChainHead } from '../audit/types.ts';
import type { KillSwitchState } from './kill-switch-state.ts';
import type { ReloadResult } from './reload.ts';
import type { StateSnapshot } from './state-types.ts';

/** Where something listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * The body of `GET /admin/state`: all that the dashboard shows. `share/schema/state.json` is the
 * same for everybody else. Never a value.
 */
export interface DaemonState extends Omit<StateSnapshot, 'counters'> {
  readonly v: 1;
  readonly ts: string;
  readonly version: string;
  readonly pid: number;
  readonly uptime_seconds: number;
  readonly listen: Address | null;
  readonly metrics: { readonly listen: Address | null; readonly failure: string | null };
  readonly killswitch: KillSwitchState & {
    /** When it last changed since the start. */
    readonly last_change_ts: string | null;
    /** The audit line of the last change of a source since the start. */
    readonly last_change_line: number | null;
  };
  readonly counters_5m: StateSnapshot['counters'];
  /** Added latency (p99) above which it is too much; `dashboard.latency_budget`. */
  readonly latency_budget_ms: number;
  readonly policy: PolicyState;
  readonly permitted_hosts: readonly {
    readonly host: string;
    readonly port: number;
    readonly sse_handler: string;
  }[];
  readonly unlisted_hosts: string | null;
  readonly store: StoreState;
  readonly chain: ChainState;
  readonly signer: SignerState;
}

/** What is looked for. */
export interface PolicyState {
  readonly hash: string;
  readonly types: readonly string[];
  /** Built-in types that are switched off. */
  readonly disabled: readonly string[];
  readonly allow: number;
  /** Types the operator added. */
  readonly operator: readonly string[];
  readonly known_secrets: number;
  /** Values of env files that are too common to be secrets. */
  readonly skipped: readonly { readonly file: string; readonly name: string }[];
  readonly unreadable: readonly string[];
  readonly last_reload: ReloadResult | null;
  readonly last_reload_ts: string | null;
}

/** The placeholders that are remembered. */
export interface StoreState {
  readonly size: number;
  readonly capacity: number;
  readonly bytes: number;
  readonly bytes_capacity: number;
  readonly ttl_ms: number;
  readonly conversations: number;
}

/** The audit log. */
export interface ChainState {
  readonly intact: boolean;
  readonly length: ChainHead['length'];
  readonly head: ChainHead['hash'];
  /** Why nothing can be appended any more. */
  readonly poisoned: string | null;
  /** The last line that a checkpoint covers; null before the first signature. */
  readonly signed_through: number | null;
  /** Lines after it. */
  readonly unsigned_tail: number;
  /** The last `checkpoint` line since the start. */
  readonly last_checkpoint_seq: number | null;
  readonly last_checkpoint_ts: string | null;
  /** What lies on the disk, as it was looked at last; null until then. */
  readonly disk: DiskUse | null;
  /** The last evidence bundle that this daemon wrote. */
  readonly last_export: LastExport | null;
}

/** An evidence bundle that was written. */
export interface LastExport {
  readonly ts: string;
  readonly out: string;
  readonly lines: number;
}

/** The process that signs the log. */
export interface SignerState {
  /** `refused`: log and signer do not belong together; it stays so until a restart. */
  readonly state: 'starting' | 'running' | 'silent' | 'refused';
  /** Whether the daemon started it, or it runs on its own. */
  readonly mode: 'child' | 'service';
  /** The log's name, and the public key that outsiders trust: that of its first checkpoints. */
  readonly origin: string;
  readonly vkey: string;
  /** How many keys took over from it, one after the other. */
  readonly key_epoch: number;
  /** It has a user of its own, or the last kept checkpoint is anchored elsewhere. */
  readonly isolated: boolean;
  readonly uid: number | null;
  /** Of a child. */
  readonly pid: number | null;
  /** Why it does not sign. */
  readonly reason: string | null;
  /** For how long the oldest unsigned line has waited. */
  readonly waiting_ms: number;
  readonly signatures: number;
  readonly last_signature_ts: string | null;
  /** How often it was lost since the start. */
  readonly restarts: number;
}

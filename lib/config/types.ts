import type { ApiName } from '../providers/types.ts';
import type { Secret } from '../vault/secret.ts';

/** Where everything lies; DESIGN §3. All absolute. */
export interface Homes {
  readonly config: string;
  readonly log: string;
  readonly run: string;
  /** Which rule chose them, for `waterwall config`. */
  readonly chosenBy: 'WATERWALL_HOME' | 'systemd' | 'system' | 'user';
}

/** One entry of `permitted_hosts.yaml`. */
export interface PermittedHost {
  /** Lower case, RFC 1123. */
  readonly host: string;
  readonly port: number;
  readonly sseHandler: ApiName;
  /** Where its traffic really goes; absent: the host itself. */
  readonly upstream?: { readonly host: string; readonly port: number };
  /** PEM roots (the text, not a path) to trust there instead of the system's. */
  readonly upstreamCa?: string;
}

/** `permitted_hosts.yaml`, validated. */
export interface HostPolicy {
  readonly hosts: readonly PermittedHost[];
  readonly unlistedHosts: 'tunnel' | 'refuse';
  /** Exceptions to `refuse`: exact names or `*.suffix`. */
  readonly tunnel: readonly string[];
}

/** A pattern the operator added. */
export interface OperatorPattern {
  readonly type: string;
  readonly regex: string;
  readonly keywords: readonly string[];
}

/** `patterns.yaml`, validated. */
export interface PatternPolicy {
  readonly patterns: readonly OperatorPattern[];
  /** Exact values, or `/regex/` over a whole value, that are no secrets. */
  readonly allow: readonly string[];
  /** Built-in types that are switched off. */
  readonly disable: readonly string[];
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** `config.yaml` with its defaults; sizes in bytes, times in milliseconds. */
export interface Settings {
  readonly killSwitch: boolean;
  readonly listen: { readonly host: string; readonly port: number };
  readonly listenAnyway: boolean;
  readonly sessionKey: 'persistent' | 'ephemeral';
  readonly store: {
    readonly capacity: number;
    readonly bytes: number;
    readonly ttl: number;
    readonly persist: 'memory' | 'sealed';
  };
  readonly limits: {
    /** A request body, as sent and as decoded. */
    readonly body: number;
    /** An answer that is buffered whole (JSON); streams have no limit. */
    readonly responseBody: number;
    /** One event of a stream. */
    readonly event: number;
    /** All header fields of a message. */
    readonly headers: number;
    /** Until a TLS handshake is complete. */
    readonly handshakeTimeout: number;
    /** Until a request's header is complete. */
    readonly headerTimeout: number;
    readonly connections: number;
  };
  /** How long streams may go on after SIGTERM. */
  readonly shutdownGrace: number;
  readonly upstreamProxy?: string;
  readonly refusalStatus: 'auto' | number;
  /** `listen` absent: no metrics over TCP. */
  readonly metrics: { readonly listen?: { readonly host: string; readonly port: number } };
  readonly dashboard: {
    /** Added latency (p99 of five minutes) above which there is an alarm. */
    readonly latencyBudget: number;
  };
  readonly log: {
    /** What is written while the daemon runs: this and what is worse. */
    readonly level: LogLevel;
    /** `auto`: text, but JSON for a service and for `up --detach`. */
    readonly format: 'auto' | 'text' | 'json';
  };
  readonly audit: {
    /** A checkpoint stands in the chain every so many lines … */
    readonly checkpointLines: number;
    /** … or after this time, whichever comes first. */
    readonly checkpointInterval: number;
    /** A session without a request for this long has ended. */
    readonly sessionIdle: number;
    /** Without a signature for this long, requests are refused. */
    readonly signerTimeout: number;
    /** For as long one log key signs; absent: for good. */
    readonly keyEpoch?: number;
    /** Sealed segments older than this are removed; absent: none ever. */
    readonly retention?: number;
    /** Where a signer listens that runs on its own; absent: the daemon starts one. */
    readonly signerSocket?: string;
    /** Where kept checkpoints go as well: a file, a command that reads them, a witness that cosigns. */
    readonly anchor?: string | readonly [string, ...string[]] | WitnessSetting;
  };
}

/** A C2SP witness: the prefix of its submissions, and its public key, a vkey. */
export interface WitnessSetting {
  readonly witness: { readonly url: string; readonly key: string };
}

/** One value that is always redacted, whatever patterns say. */
export interface KnownSecret {
  readonly type: string;
  readonly value: Secret;
  /** The file that named it; Waterwall's own keys are named by theirs. */
  readonly source: string;
}

/** `known_secrets.yaml` and the env files it names, read. */
export interface KnownSecrets {
  readonly entries: readonly KnownSecret[];
  /** Variables of env files that were left out because their values are no secrets. */
  readonly skipped: readonly { readonly file: string; readonly name: string }[];
  /** All env files it names, absolute. */
  readonly envFiles: readonly string[];
  /** Env files that could not be read, or are empty: what they held before stays known. */
  readonly unreadable: readonly string[];
}

/** What `GET /healthz` says; DESIGN §11. Every fact is looked at when asked for, by the caller. */

/** The body of `GET /healthz`. */
export interface Health {
  readonly v: 1;
  readonly ts: string;
  /** `failed` means 503. */
  readonly status: 'ok' | 'failed';
  /** Why, one entry a problem; empty where `status` is `ok`. */
  readonly problems: readonly HealthProblem[];
  readonly version: string;
  readonly uptime_seconds: number;
  readonly ca_mode: string;
  readonly session_key_age_seconds: number | null;
  readonly last_upstream_ok_ts: string | null;
  readonly sse_parse_failures_15m: number;
  readonly killswitch_active: boolean;
  readonly killswitch_sources: readonly string[];
  readonly patterns_loaded: number;
  readonly patterns_min_required: number;
  readonly policy_hash: string | null;
  readonly signer_key_readable: boolean;
  readonly signer_isolated: boolean;
  /** Whether the last kept checkpoint got to its anchor; null where there is none, or none yet. */
  readonly anchored: boolean | null;
  readonly chain_intact: boolean;
  /** Null until the first attempt. */
  readonly upstream_reachable: boolean | null;
  readonly map_size: number;
  readonly map_capacity: number;
  /** Which files were changed badly: what held before them is in force. */
  readonly refused_changes: readonly RefusedChange[];
}

/** `policy`: settings, patterns, known secrets. */
export type RefusedChange = 'policy' | 'hosts';

/** A reason for 503. */
export interface HealthProblem {
  readonly part: 'chain' | 'signer' | 'policy' | 'configuration';
  readonly reason: string;
}

/** The facts; times in milliseconds since the epoch. */
export interface HealthFacts {
  readonly now: number;
  readonly startedAt: number;
  readonly version: string;
  readonly caMode: string;
  readonly sessionKeyMadeAt: number | undefined;
  readonly lastUpstreamOkAt: number | undefined;
  readonly upstreamReachable: boolean | undefined;
  readonly sseParseFailures15m: number;
  readonly killSwitchSources: readonly string[];
  readonly patternsLoaded: number;
  readonly patternsMinRequired: number;
  readonly policyHash: string | undefined;
  readonly signer: SignerFacts;
  /** Why the chain is not intact or cannot be written; undefined while it is. */
  readonly chainFailure: string | undefined;
  /** Why the configuration in force is bad (missing or invalid hosts, …); undefined while it is good. */
  readonly configFailure: string | undefined;
  readonly mapSize: number;
  readonly mapCapacity: number;
  readonly refusedChanges: readonly RefusedChange[];
}

/** How the signing process is. */
export interface SignerFacts {
  /** It is there, and signs with the keys of this log: only it reads them. */
  readonly keyReadable: boolean;
  /** It runs as a user of its own, or its notes are anchored elsewhere. */
  readonly isolated: boolean;
  /** Whether the last kept checkpoint got to its anchor; undefined where nothing says so. */
  readonly anchored: boolean | undefined;
  /** Why it does not sign, e.g. silent for 10 s; undefined while it does. */
  readonly failure: string | undefined;
}

/** Builds the body of `GET /healthz`. Kill switch, upstream and refused changes do not count as problems. */
export function buildHealth(facts: HealthFacts): Health {
  const problems = findProblems(facts);
  return {
    v: 1,
    ts: iso(facts.now),
    status: problems.length === 0 ? 'ok' : 'failed',
    problems,
    version: facts.version,
    uptime_seconds: seconds(facts.now - facts.startedAt),
    ca_mode: facts.caMode,
    session_key_age_seconds:
      facts.sessionKeyMadeAt === undefined ? null : seconds(facts.now - facts.sessionKeyMadeAt),
    last_upstream_ok_ts: facts.lastUpstreamOkAt === undefined ? null : iso(facts.lastUpstreamOkAt),
    sse_parse_failures_15m: facts.sseParseFailures15m,
    killswitch_active: facts.killSwitchSources.length > 0,
    killswitch_sources: facts.killSwitchSources,
    patterns_loaded: facts.patternsLoaded,
    patterns_min_required: facts.patternsMinRequired,
    policy_hash: facts.policyHash ?? null,
    signer_key_readable: facts.signer.keyReadable,
    signer_isolated: facts.signer.isolated,
    anchored: facts.signer.anchored ?? null,
    chain_intact: facts.chainFailure === undefined,
    upstream_reachable: facts.upstreamReachable ?? null,
    map_size: facts.mapSize,
    map_capacity: facts.mapCapacity,
    refused_changes: facts.refusedChanges,
  };
}

function findProblems(facts: HealthFacts): readonly HealthProblem[] {
  const problems: HealthProblem[] = [];
  const add = (part: HealthProblem['part'], reason: string | undefined): void => {
    if (reason !== undefined) problems.push({ part, reason });
  };
  add('chain', facts.chainFailure);
  add('signer', facts.signer.failure);
  if (facts.policyHash === undefined) add('policy', 'no policy is loaded');
  if (facts.patternsLoaded < facts.patternsMinRequired) {
    const { patternsLoaded, patternsMinRequired } = facts;
    add('policy', `${patternsLoaded} patterns are loaded, at least ${patternsMinRequired} must be`);
  }
  add('configuration', facts.configFailure);
  return problems;
}

/** A clock that was set back must not give a negative age. */
function seconds(milliseconds: number): number {
  return Math.max(0, Math.floor(milliseconds / 1000));
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

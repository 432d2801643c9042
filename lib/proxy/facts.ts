import type { DiskUse } from '../audit/disk-use.ts';
import type { SignedLog } from '../audit/signed-log.ts';
import type { Address, DaemonState, LastExport } from '../control/daemon-state.ts';
import { buildHealth, type Health, type RefusedChange } from '../control/health.ts';
import type { KillSwitch } from '../control/kill-switch.ts';
import type { MetricsFacts } from '../control/metrics-table.ts';
import type { ReloadResult } from '../control/reload.ts';
import { BUILT_IN_TYPES } from '../detect/patterns.ts';
import type { Engine } from './engine.ts';
import type { OpenedHosts } from './hosts.ts';
import type { Observer } from './observer.ts';
import type { LoadedPolicy } from './policy.ts';

/** What health and state are made of. */
export interface FactParts {
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly sessionKeyMadeAt: number;
  readonly address: () => Address | undefined;
  readonly policy: () => LoadedPolicy;
  readonly lastReload: () => ReloadResult | undefined;
  readonly engine: Engine;
  readonly hosts: OpenedHosts;
  readonly audit: SignedLog;
  readonly killSwitch: KillSwitch;
  readonly observer: Observer;
  readonly metrics: () => MetricsPlace;
  /** As it was looked at last. */
  readonly disk: () => DiskUse | undefined;
  readonly lastExport: () => LastExport | undefined;
}

/** Where health and metrics are served over TCP, if anywhere, and why not. */
export type MetricsPlace = DaemonState['metrics'];

/** The body of `/healthz`; every fact is looked at now. */
export function healthOf(parts: FactParts): Health {
  const { engine, observer } = parts;
  const { signing } = parts.audit;
  const policy = parts.policy();
  return buildHealth({
    now: Date.now(),
    startedAt: parts.startedAt,
    version: parts.version,
    caMode: 'name-constrained',
    sessionKeyMadeAt: parts.sessionKeyMadeAt,
    lastUpstreamOkAt: observer.upstream.lastOkAt,
    upstreamReachable: observer.upstream.reachable,
    sseParseFailures15m: 0,
    killSwitchSources: parts.killSwitch.check().sources.map(({ source }) => source),
    patternsLoaded: policy.scanner.types.length,
    // What the operator switched off is shown as an alarm; it does not make the daemon ill.
    patternsMinRequired: BUILT_IN_TYPES.length - policy.patterns.disable.length,
    policyHash: policy.hash,
    signer: {
      keyReadable: signing.state === 'running',
      isolated: signing.isolated,
      anchored: parts.audit.anchored,
      failure: signerProblem(parts.audit),
    },
    chainFailure: chainProblem(parts.audit),
    configFailure: parts.hosts.failure?.message,
    mapSize: engine.store.size,
    mapCapacity: engine.store.capacity,
    refusedChanges: refusedChanges(parts),
  });
}

/** What is written in the files and is not what holds. */
function refusedChanges({ lastReload, hosts }: FactParts): readonly RefusedChange[] {
  const refused: RefusedChange[] = [];
  if (lastReload()?.ok === false) refused.push('policy');
  // A list that was bad at the start already is a problem of its own.
  if (hosts.failure === undefined && hosts.look().failure !== undefined) refused.push('hosts');
  return refused;
}

/** The body of `/admin/state`: what health does not say, for whoever looks at details. */
export function stateOf(parts: FactParts): DaemonState {
  const { engine, audit, observer } = parts;
  const { signing } = audit;
  const policy = parts.policy();
  const { counters, ...measured } = observer.snapshot();
  const now = Date.now();
  const reload = parts.lastReload();
  return {
    v: 1,
    ts: new Date(now).toISOString(),
    version: parts.version,
    pid: process.pid,
    uptime_seconds: Math.max(0, Math.floor((now - parts.startedAt) / 1000)),
    listen: parts.address() ?? null,
    metrics: parts.metrics(),
    killswitch: {
      ...parts.killSwitch.check(),
      last_change_ts: timeOrNull(observer.switchedAt),
      last_change_line: observer.switchLine ?? null,
    },
    counters_5m: counters,
    ...measured,
    latency_budget_ms: policy.settings.dashboard.latencyBudget,
    policy: {
      hash: policy.hash,
      types: policy.scanner.types,
      disabled: policy.patterns.disable,
      allow: policy.patterns.allow.length,
      operator: policy.patterns.patterns.map(({ type }) => type),
      known_secrets: policy.known.entries.length,
      skipped: policy.known.skipped,
      unreadable: policy.known.unreadable,
      last_reload: reload ?? null,
      last_reload_ts: timeOrNull(observer.reloadedAt),
    },
    permitted_hosts: (parts.hosts.policy?.hosts ?? []).map(({ host, port, sseHandler }) => ({
      host,
      port,
      sse_handler: sseHandler,
    })),
    unlisted_hosts: parts.hosts.policy?.unlistedHosts ?? null,
    store: {
      size: engine.store.size,
      capacity: engine.store.capacity,
      bytes: engine.store.bytes,
      bytes_capacity: policy.settings.store.bytes,
      ttl_ms: policy.settings.store.ttl,
      conversations: engine.conversations.size,
    },
    chain: {
      intact: chainProblem(audit) === undefined,
      length: audit.head.length,
      head: audit.head.hash,
      poisoned: audit.writeFailure?.message ?? null,
      signed_through: signing.signedSize === 0 ? null : signing.signedSize - 1,
      unsigned_tail: Math.max(0, audit.head.length - signing.signedSize),
      last_checkpoint_seq: audit.lastCheckpoint?.seq ?? null,
      last_checkpoint_ts: audit.lastCheckpoint?.ts.toISOString() ?? null,
      disk: parts.disk() ?? null,
      last_export: parts.lastExport() ?? null,
    },
    signer: {
      state: signing.state,
      mode: signing.mode,
      origin: signing.origin,
      vkey: signing.vkey,
      key_epoch: signing.keyEpoch,
      isolated: signing.isolated,
      uid: signing.uid ?? null,
      pid: signing.pid ?? null,
      reason: signing.reason ?? null,
      waiting_ms: Math.round(signing.waitingMs),
      signatures: signing.signatures,
      last_signature_ts: timeOrNull(signing.lastSignedAt),
      restarts: signing.restarts,
    },
  };
}

/** Why what is on the disk is not, or will not stay, what was recorded. */
function chainProblem(audit: SignedLog): string | undefined {
  const refused = audit.signing.state === 'refused' ? audit.signerFailure : undefined;
  return (audit.writeFailure ?? refused)?.message;
}

/** Milliseconds. */
const DOWN_WITHOUT_SAYING = 1000;

function signerProblem({ signerFailure, signing }: SignedLog): string | undefined {
  if (signerFailure !== undefined) return signerFailure.message;
  // After a start requests wait for it, and one that ends is started again at once.
  if (signing.state === 'starting') return undefined;
  if (signing.downMs < DOWN_WITHOUT_SAYING) return undefined;
  return `the signer is not there: ${signing.reason ?? 'it is being started'}`;
}

function timeOrNull(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString();
}

/** What the metrics are made of, now. */
export function metricsOf(parts: FactParts): MetricsFacts {
  const { observer, engine, audit } = parts;
  const { totals, alarms } = observer.snapshot();
  const { size, capacity, bytes } = engine.store;
  return {
    health: healthOf(parts),
    totals,
    alarms,
    tally: observer.tally(),
    store: { size, capacity, bytes },
    chain: { length: audit.head.length, signed: audit.signing.signedSize },
    signer: audit.signing,
  };
}

import type { AlarmCode } from '../control/alarms.ts';
import type { KillSwitchState } from '../control/kill-switch.ts';
import type { PolicyDiff } from '../control/policy-diff.ts';
import type { ReloadResult } from '../control/reload.ts';
import {
  createState,
  type ExchangeId,
  type RequestEnd,
  type State,
  type StateSnapshot,
} from '../control/state.ts';
import { createTally, type TallyReading } from '../control/tally.ts';
import type { WaterwallError } from '../errors.ts';
import type { ExchangeReport, Outcome } from './report.ts';
import type { TunnelReport } from './tunnel.ts';

/** One request that has ended, for whoever watches the daemon's terminal. */
export interface RequestLine {
  /** ISO 8601. */
  readonly ts: string;
  readonly host: string;
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  /** 0: nothing could be answered. */
  readonly status: number;
  /** Replaced spans by type. */
  readonly redactions: Readonly<Record<string, number>>;
  readonly restored: number;
  readonly ms: number;
  readonly outcome?: Outcome;
  /** Why it was refused, or broke off. */
  readonly code?: string;
  readonly agent?: string;
  readonly session?: string;
}

/** Something else than a request that the log of the daemon has a line for. Never a value. */
export interface Notice {
  readonly level: 'info' | 'warn';
  readonly event: 'killswitch' | 'reload' | 'signer' | 'alarm';
  readonly text: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Turns what the proxy does into state, alarms and lines. */
export interface Observer {
  readonly started: (report: ExchangeReport) => void;
  readonly sent: (report: ExchangeReport) => void;
  readonly ended: (report: ExchangeReport) => void;
  readonly tunnelOpened: (host: string) => void;
  readonly tunnelClosed: (report: TunnelReport) => void;
  /** A CONNECT was refused. */
  readonly refused: (code: string, host: string | undefined) => void;
  /** A change of the kill switch stands in the log. */
  readonly switchRecorded: (line: number) => void;
  readonly killSwitch: (state: KillSwitchState) => void;
  readonly auditFailed: (error: WaterwallError) => void;
  /** The log is not signed any more, or (undefined) it is again. */
  readonly signerFailed: (error: WaterwallError | undefined) => void;
  /** A kept checkpoint did not get to its anchor, or (undefined) one did. */
  readonly anchorLooked: (error: WaterwallError | undefined) => void;
  readonly hostsLooked: (look: { pending: boolean; failure: WaterwallError | undefined }) => void;
  readonly loosened: (diff: PolicyDiff) => void;
  readonly reloaded: (result: ReloadResult) => void;
  /** Metrics cannot be served over TCP. */
  readonly metricsFailed: (error: WaterwallError) => void;
  /** Built-in types that are switched off; none clears the alarm. */
  readonly disabled: (types: readonly string[]) => void;
  /** When a provider last answered, and whether the last attempt reached one. */
  readonly upstream: {
    readonly lastOkAt: number | undefined;
    readonly reachable: boolean | undefined;
  };
  /** When the kill switch last changed, and policy was last asked to; since the epoch. */
  readonly switchedAt: number | undefined;
  readonly reloadedAt: number | undefined;
  /** The audit line of the kill switch's last change. */
  readonly switchLine: number | undefined;
  readonly onActivity: State['onActivity'];
  /** Calls back when something of what is observed may have changed. */
  readonly onChange: (listener: () => void) => () => void;
  readonly snapshot: () => StateSnapshot;
  /** What has been counted since the start, by label. */
  readonly tally: () => TallyReading;
}

/** Alarms whose cause has a line of its own, or is an error. */
const TOLD_OTHERWISE: ReadonlySet<AlarmCode> = new Set([
  'killswitch-engaged',
  'reload-refused',
  'audit-unavailable',
  'metrics-unavailable',
  'not-anchored',
  'unknown-placeholder',
]);

/** Codes that say the provider was not reached. */
const NOT_REACHED: ReadonlySet<string> = new Set(['upstream-unreachable', 'upstream-tls']);

export function createObserver(
  onLine: (line: RequestLine) => void,
  onNotice: (notice: Notice) => void = () => {},
): Observer {
  const state = createState();
  const tally = createTally();
  const ids = new Map<ExchangeReport, ExchangeId>();
  const upstream = {
    lastOkAt: undefined as number | undefined,
    reachable: undefined as boolean | undefined,
  };
  let switchedAt: number | undefined;
  let reloadedAt: number | undefined;
  let switchLine: number | undefined;
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of [...listeners]) listener();
  };
  const raise = (code: Parameters<State['alarms']['raise']>[1], message: string): void => {
    state.alarms.raise(Date.now(), code, message);
    changed();
    if (!TOLD_OTHERWISE.has(code)) {
      onNotice({ level: 'warn', event: 'alarm', text: message, details: { alarm: code } });
    }
  };

  return {
    upstream,
    get switchedAt() {
      return switchedAt;
    },
    get reloadedAt() {
      return reloadedAt;
    },
    get switchLine() {
      return switchLine;
    },
    onActivity: state.onActivity,
    onChange(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    snapshot: () => state.snapshot(Date.now()),
    tally: tally.read,
    started(report) {
      ids.set(report, state.requestStarted(Date.now(), report));
      changed();
    },
    sent(report) {
      const id = ids.get(report);
      if (id !== undefined) state.requestSent(Date.now(), id, sentOf(report));
    },
    ended(report) {
      const id = ids.get(report);
      ids.delete(report);
      if (id === undefined) return;
      const now = Date.now();
      if (report.outcome === 'delivered') {
        upstream.lastOkAt = now;
        upstream.reachable = true;
      } else if (report.code !== undefined && NOT_REACHED.has(report.code))
        upstream.reachable = false;
      state.requestEnded(now, id, endOf(report));
      tally.ended(report);
      onLine(lineOf(report, now));
    },
    tunnelOpened(host) {
      state.tunnelOpened(Date.now(), host);
      changed();
    },
    tunnelClosed: ({ host, sent, received }) =>
      state.tunnelClosed(Date.now(), host, sent + received),
    refused: (code, host) => state.refused(Date.now(), code, host),
    killSwitch(now) {
      switchedAt = Date.now();
      const names = now.sources.map(({ source }) => source).join(', ');
      const text = now.active ? `kill switch engaged (${names})` : 'kill switch cleared';
      state.notice(Date.now(), text);
      onNotice({
        level: now.active ? 'warn' : 'info',
        event: 'killswitch',
        text,
        details: { sources: now.sources },
      });
      if (now.active) raise('killswitch-engaged', `egress is stopped by: ${names}`);
      else state.alarms.clear('killswitch-engaged');
    },
    switchRecorded(line) {
      switchLine = line;
      changed();
    },
    auditFailed: (error) => raise('audit-unavailable', error.message),
    signerFailed(error) {
      if (error !== undefined) {
        // A log that is not the one that was signed is worse than one that is not signed now.
        return raise('chain' in error.details ? 'chain-broken' : 'signer-silent', error.message);
      }
      state.alarms.clear('signer-silent');
      state.alarms.clear('chain-broken');
      changed();
      const text = 'the audit log is signed again';
      state.notice(Date.now(), text);
      onNotice({ level: 'info', event: 'signer', text });
    },
    anchorLooked(error) {
      if (error === undefined) state.alarms.clear('not-anchored');
      else raise('not-anchored', error.message);
    },
    hostsLooked({ pending, failure }) {
      if (failure === undefined) state.alarms.clear('config-error');
      else raise('config-error', failure.message);
      if (pending)
        raise('restart-needed', 'permitted_hosts.yaml has changed: it applies after a restart');
      else state.alarms.clear('restart-needed');
    },
    loosened: (diff) => raise('policy-loosened', diff.loosened.join('; ')),
    metricsFailed: (error) => raise('metrics-unavailable', error.message),
    reloaded(result) {
      reloadedAt = Date.now();
      tally.reloaded(result.ok);
      if (result.ok) state.alarms.clear('reload-refused');
      else raise('reload-refused', result.error.message);
      if (result.ok && !result.changed) return;
      const text = result.ok ? 'policy reloaded' : `reload refused: ${result.error.message}`;
      state.notice(Date.now(), text);
      onNotice({
        level: result.ok ? 'info' : 'warn',
        event: 'reload',
        text,
        details: result.ok
          ? { policy_hash: result.new_hash, ...result.diff }
          : { ...result.error.details, code: result.error.code, fix: result.error.fix },
      });
    },
    disabled(types) {
      if (types.length > 0) raise('types-disabled', `not redacted: ${types.join(', ')}`);
      else state.alarms.clear('types-disabled');
    },
  };
}

function sentOf(report: ExchangeReport) {
  return {
    redactions: report.redactions,
    addedLatencyMs: report.addedLatency,
    redactMs: report.redactTime,
    line: report.lines.redaction,
  };
}

function endOf(report: ExchangeReport): RequestEnd {
  return {
    ...report,
    ...sentOf(report),
    answerMs: report.answerWait,
    totalMs: report.endedAt - report.startedAt,
    restoredLine: report.lines.detokenization,
  };
}

function lineOf(report: ExchangeReport, now: number): RequestLine {
  const redactions: Record<string, number> = {};
  for (const { type } of report.redactions) redactions[type] = (redactions[type] ?? 0) + 1;
  return {
    ts: new Date(now).toISOString(),
    host: report.host,
    method: report.method,
    path: report.path,
    status: report.status,
    redactions,
    restored: report.restored,
    ms: report.endedAt - report.startedAt,
    outcome: report.outcome,
    ...(report.code === undefined ? {} : { code: report.code }),
    ...(report.agent === undefined ? {} : { agent: report.agent }),
    ...(report.session === undefined ? {} : { session: report.session }),
  };
}

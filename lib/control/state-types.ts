/** What the proxy tells the state, and what the state tells the dashboard. */

import type { Activities, Activity } from './activities.ts';
import type { Alarm, Alarms } from './alarms.ts';
import type { Counters } from './counters.ts';
import type { HostRow } from './host-rows.ts';
import type { SessionName, SessionRow } from './session-rows.ts';

/** A request as it begins. */
export interface RequestStart extends SessionName {
  readonly request?: string | undefined;
  readonly method: string;
  readonly path: string;
}

/** What was found in a request. */
export interface RequestSent {
  readonly redactions: readonly { readonly type: string; readonly hmac?: string }[];
  /** Milliseconds that redaction added. */
  readonly addedLatencyMs?: number | undefined;
  /** The part of it that finding and replacing took. */
  readonly redactMs?: number | undefined;
  /** The audit line that says so. */
  readonly line?: number | undefined;
}

/** How an exchange ended. */
export interface RequestEnd extends RequestSent {
  readonly outcome: 'delivered' | 'refused' | 'broken-off' | 'client-gone';
  /** 0 where there was none. */
  readonly status: number;
  readonly restored: number;
  readonly unknown: number;
  /** Milliseconds from the request sent to the head of the answer, and from first to last. */
  readonly answerMs?: number | undefined;
  readonly totalMs?: number | undefined;
  /** The audit line that tells of what was restored. */
  readonly restoredLine?: number | undefined;
  /** The code of a refusal. */
  readonly code?: string | undefined;
}

/** Since the process started. */
export interface Totals {
  readonly requests: number;
  readonly redactions: number;
  readonly restored: number;
  readonly unknown_placeholders: number;
  readonly tunnels: number;
  readonly tunnel_bytes: number;
  readonly in_flight: number;
  readonly tunnels_open: number;
  /** By code. */
  readonly refusals: Readonly<Record<string, number>>;
}

/** What the proxy has measured. */
export interface StateSnapshot {
  readonly counters: Counters;
  readonly totals: Totals;
  readonly hosts: readonly HostRow[];
  readonly sessions: readonly SessionRow[];
  readonly activities: readonly Activity[];
  readonly alarms: readonly Alarm[];
}

/** Names an exchange between its start and its end. */
export type ExchangeId = number & { readonly __brand: 'ExchangeId' };

/** Gathers what the proxy does. Times are milliseconds since the epoch; no value ever comes in. */
export interface State {
  requestStarted(now: number, start: RequestStart): ExchangeId;
  /** The request has left. May be left out: {@link requestEnded} then counts it. */
  requestSent(now: number, id: ExchangeId, sent: RequestSent): void;
  requestEnded(now: number, id: ExchangeId, end: RequestEnd): void;
  /** Something outside an exchange was refused: a CONNECT, a WebSocket message. */
  refused(now: number, code: string, host?: string): void;
  tunnelOpened(now: number, host: string): void;
  tunnelClosed(now: number, host: string, bytes: number): void;
  /** Something else worth a line: kill switch, policy. */
  notice(now: number, text: string): void;
  readonly alarms: Pick<Alarms, 'raise' | 'clear'>;
  onActivity: Activities['subscribe'];
  snapshot(now: number): StateSnapshot;
}

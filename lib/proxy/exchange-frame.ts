import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MutablePin } from '../vault/types.ts';
import { endFailed } from './end-failed.ts';
import { auditExchange, type ExchangeAudit } from './exchange-audit.ts';
import type { ExchangeContext, Opened, Policy } from './exchange-context.ts';
import { ClientGone } from './read-body.ts';
import { beginReport, type ExchangeReport } from './report.ts';

/** What surrounds one exchange from its request's head to its end. */
export interface ExchangeFrame {
  /** In force when it began, and for it to its end. */
  readonly policy: Policy;
  readonly report: ExchangeReport;
  readonly audit: ExchangeAudit;
  /** Keeps the exchange's placeholders in the store. */
  readonly pin: MutablePin;
  /** Aborted when the exchange ends before its time: egress is stopped, or the client leaves. */
  readonly signal: AbortSignal;
  /** To be told where the client leaves unnoticed by its socket. */
  readonly onGone: () => void;
}

/**
 * Runs what there is to do for a request, between its entry and its report. Never rejects: whatever
 * goes wrong, the client is told and the exchange is reported.
 *
 * @param response - the way to tell the client, asked for only where something went wrong
 */
export async function runFramed(
  request: IncomingMessage,
  opened: Opened,
  context: ExchangeContext,
  response: () => ServerResponse,
  act: (frame: ExchangeFrame) => Promise<void>,
): Promise<void> {
  const { observer, now, onFault } = context;
  const policy = context.policy();
  const report = beginReport(request, opened.host.host, policy.scanner, context);
  const audit = auditExchange(context.audit, report);
  const pin = context.store.pin();
  observer.started(report);

  const interruption = new AbortController();
  const { signal } = interruption;
  const leave = context.live.enter((reason) => interruption.abort(reason));
  // Not the response's end: one that is pipelined behind another is told nothing.
  const onGone = (): void => interruption.abort(new ClientGone());
  request.socket.once('close', onGone);

  try {
    await act({ policy, report, audit, pin, signal, onGone });
  } catch (error) {
    const reason: unknown = signal.aborted ? signal.reason : error;
    interruption.abort(reason);
    const { refusalStatus } = policy.settings;
    endFailed(reason, request, response(), opened.grammar, refusalStatus, report, onFault);
    if (report.code !== undefined) audit.refused(report.code).catch(onFault);
  } finally {
    leave();
    request.socket.off('close', onGone);
    pin.release();
    if (report.unknown > 0) audit.unknown(report.unknown).catch(onFault);
    report.endedAt = now();
    observer.ended(report);
  }
}

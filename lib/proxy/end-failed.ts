import type { IncomingMessage, ServerResponse } from 'node:http';
import { isRefusal, type RefusalCode, WaterwallError } from '../errors.ts';
import type { ApiGrammar } from '../providers/types.ts';
import { ClientGone } from './read-body.ts';
import { refusalFacts, refusalMessage, refuseRequest } from './refuse.ts';
import type { ExchangeReport } from './report.ts';

/** A client that still sends gets this long to take the refusal before its connection may end. */
const DRAIN_TIME = 2_000;

/**
 * Ends an exchange that failed: a refusal where nothing has been answered yet, the API's own error
 * event where a stream is under way, else a visibly truncated answer.
 */
export function endFailed(
  error: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  grammar: ApiGrammar,
  refusalStatus: 'auto' | number,
  report: ExchangeReport,
  onFault: (error: unknown) => void,
): void {
  if (error instanceof ClientGone || response.destroyed) {
    report.outcome = 'client-gone';
    response.destroy();
    return;
  }
  if (response.headersSent) {
    report.outcome = 'broken-off';
    if (isRefusal(error) && report.streaming) {
      report.code = error.code;
      response.end(grammar.errorEvent(refusalMessage(error), refusalFacts(error)));
    } else truncate(response);
    return;
  }
  if (!isRefusal(error)) onFault(error);
  const refusal = isRefusal(error) ? error : unforeseen(error);
  report.outcome = 'refused';
  report.code = refusal.code;
  report.status = refuseRequest(
    response,
    refusal,
    grammar,
    refusalStatus,
    request.headers['user-agent'],
  );
  if (request.complete) response.end();
  else endAfter(request, response);
}

/** Ends an answer in its middle: after what was written of it, without what would look like an end. */
function truncate(response: ServerResponse): void {
  const timer = setTimeout(() => response.destroy(), DRAIN_TIME);
  response.once('close', () => clearTimeout(timer));
  response.write('', () => response.destroy());
}

/**
 * Ends a written answer when the client has sent all, or has had its time. With the end Node may close
 * the connection, and over unread bytes that is a reset, which overtakes the answer (RFC 9112 §9.6).
 */
function endAfter(request: IncomingMessage, response: ServerResponse): void {
  const end = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, DRAIN_TIME).unref();
  request.once('end', end).once('close', end).resume();
}

/** Fails closed on what nobody foresaw. The message names the error's class only: it may quote data. */
export function unforeseen(error: unknown): WaterwallError<RefusalCode> {
  const name = error instanceof Error ? error.name : typeof error;
  return new WaterwallError('unscannable-body', `the request could not be handled (${name})`, {
    fix: 'report it: this is a fault in Waterwall; nothing was forwarded',
    cause: error,
  });
}

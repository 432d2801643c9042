import type { IncomingMessage, ServerResponse } from 'node:http';
import { decodeBody } from '../redact/encoding.ts';
import { answerHead, isEventStream } from './answer.ts';
import { conversationKeys } from './conversation-keys.ts';
import { endFailed } from './end-failed.ts';
import { auditExchange } from './exchange-audit.ts';
import type { ExchangeContext, Opened } from './exchange-context.ts';
import { ClientGone, readBody } from './read-body.ts';
import { redactRequest } from './redact-request.ts';
import { beginReport } from './report.ts';
import { assertHostMatches } from './request-checks.ts';
import { restoreAnswer, restoreHooks } from './restore-answer.ts';
import { send } from './send.ts';

/**
 * The life of one request and its answer, in the order that DESIGN §2 promises:
 * gate → read → decode → redact → record → send → receive → restore → record → deliver.
 *
 * Never rejects: whatever goes wrong, the client is told and the exchange is reported.
 */
export async function runExchange(
  request: IncomingMessage,
  response: ServerResponse,
  opened: Opened,
  context: ExchangeContext,
): Promise<void> {
  const { vault, observer, now } = context;
  const { settings, scanner, hash } = context.policy();
  const { host } = opened.host;
  const report = beginReport(request, host, scanner, context);
  const audit = auditExchange(context.audit, report);
  const pin = context.store.pin();
  observer.started(report);

  // What ends an exchange before its time: egress is stopped, or the client leaves.
  const interruption = new AbortController();
  const { signal } = interruption;
  const leave = context.live.enter((reason) => interruption.abort(reason));
  // Not the response: one that is pipelined behind another is told nothing.
  const onGone = (): void => interruption.abort(new ClientGone());
  request.socket.once('close', onGone);

  try {
    // gate
    await context.gate();
    assertHostMatches(request, opened.host, opened.serverName);

    // read, decode
    const limit = settings.limits.body;
    const sent = await readBody(request, limit, signal);
    const readAt = now();
    const body = await decodeBody(sent, request.headers['content-encoding'], { limit });

    // redact
    const keys = conversationKeys(opened, report.session, request.url ?? '', body);
    const conversation = context.conversations.begin(keys, now());
    const redacted = redactRequest(request, body, {
      scanner,
      vault,
      pin,
      exact: context.exact,
      grammar: opened.grammar,
      now: now(),
      privateKeySeen: conversation.privateKeySeen,
    });
    conversation.add(pin.fingerprints);
    conversation.privateKeySeen ||= redacted.privateKeySeen;
    report.redactions = redacted.redactions;

    // record, send, receive
    const recorded =
      redacted.redactions.length > 0 ? audit.redacted(redacted.redactions, hash) : undefined;
    const answer = await send(opened.upstream, host, redacted.request, redacted.body, {
      recorded,
      gate: () => {
        signal.throwIfAborted();
        context.gateNow();
      },
      signal,
      onSent: () => {
        report.addedLatency = now() - readAt;
        observer.sent(report);
      },
    });

    // restore, record, deliver
    const head = answerHead(answer, request.method);
    report.status = head.status;
    report.streaming = isEventStream(answer);
    const hooks = restoreHooks(conversation, audit, report, context, signal);
    await restoreAnswer(answer, head, response, opened.grammar, settings.limits, hooks);
    report.outcome = 'delivered';
  } catch (error) {
    const reason: unknown = signal.aborted ? signal.reason : error;
    interruption.abort(reason);
    endFailed(
      reason,
      request,
      response,
      opened.grammar,
      settings.refusalStatus,
      report,
      context.onFault,
    );
    if (report.code !== undefined) audit.refused(report.code).catch(context.onFault);
  } finally {
    leave();
    request.socket.off('close', onGone);
    pin.release();
    if (report.unknown > 0) audit.unknown(report.unknown).catch(context.onFault);
    report.endedAt = now();
    observer.ended(report);
  }
}

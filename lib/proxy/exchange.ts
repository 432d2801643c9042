import type { IncomingMessage, ServerResponse } from 'node:http';
import { decodeBody } from '../redact/encoding.ts';
import { answerHead, isEventStream } from './answer.ts';
import { conversationKeys } from './conversation-keys.ts';
import type { ExchangeContext, Opened } from './exchange-context.ts';
import { type ExchangeFrame, runFramed } from './exchange-frame.ts';
import { readBody } from './read-body.ts';
import { redactRequest } from './redact-request.ts';
import { assertHostMatches } from './request-checks.ts';
import { restoreAnswer, restoreHooks } from './restore-answer.ts';
import { send } from './send.ts';

/**
 * The life of one request and its answer, in the order that DESIGN §2 promises:
 * gate → read → decode → redact → record → send → receive → restore → record → deliver.
 *
 * Never rejects: whatever goes wrong, the client is told and the exchange is reported.
 */
export function runExchange(
  request: IncomingMessage,
  response: ServerResponse,
  opened: Opened,
  context: ExchangeContext,
): Promise<void> {
  const { vault, observer, now } = context;
  const { host } = opened.host;
  const act = async ({ policy, report, audit, pin, signal }: ExchangeFrame): Promise<void> => {
    const { settings, scanner, hash } = policy;

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
    report.redactTime = now() - readAt;

    // record, send, receive
    let sentAt = readAt;
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
        sentAt = now();
        report.addedLatency = sentAt - readAt;
        observer.sent(report);
      },
    });
    report.answerWait = now() - sentAt;

    // restore, record, deliver
    const head = answerHead(answer, request.method);
    report.status = head.status;
    report.streaming = isEventStream(answer);
    const hooks = restoreHooks(conversation, audit, report, context, signal);
    await restoreAnswer(answer, head, response, opened.grammar, settings.limits, hooks);
    report.outcome = 'delivered';
  };
  return runFramed(request, opened, context, () => response, act);
}

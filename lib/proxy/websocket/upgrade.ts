import type { IncomingMessage, ServerResponse } from 'node:http';
import type net from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Settings } from '../../config/types.ts';
import { redactHeaders } from '../../redact/headers.ts';
import { redactTarget } from '../../redact/target.ts';
import { answerHead, isEventStream } from '../answer.ts';
import { conversationKeys } from '../conversation-keys.ts';
import type { ExchangeContext, Opened } from '../exchange-context.ts';
import { type ExchangeFrame, runFramed } from '../exchange-frame.ts';
import { endToEnd, narrowAcceptEncoding } from '../headers.ts';
import { assertHostMatches } from '../request-checks.ts';
import { restoreAnswer, restoreHooks } from '../restore-answer.ts';
import { type Bridge, bridge } from './bridge.ts';
import { type Opened as Answered, messageLimit, openUpstream, SOCKET_OPTIONS } from './connect.ts';
import { type EarlyBytes, holdEarlyBytes } from './early-bytes.ts';
import { answerLines, offersDeflate } from './handshake.ts';
import { plainResponse } from './plain-response.ts';

/**
 * The life of a handshake: gate → redact → record → send → receive → answer. A provider that takes
 * it gets a bridge to the client; what another one says goes to the client as any answer does.
 *
 * Never rejects: whatever goes wrong, the client is told and the exchange is reported.
 *
 * @param request - an opening handshake
 * @param onBridge - told of the bridge, and of its end
 */
export function runUpgrade(
  request: IncomingMessage,
  socket: net.Socket,
  head: Buffer,
  opened: Opened,
  context: ExchangeContext,
  onBridge: { readonly begin: (one: Bridge) => void; readonly end: (one: Bridge) => void },
): Promise<void> {
  const { vault, observer, now } = context;
  const { host } = opened.host;
  let early: EarlyBytes | undefined;
  let response: ServerResponse | undefined;
  /** The answer of a handshake that comes to nothing; what the client sent behind it is let go. */
  const answering = (): ServerResponse => {
    early?.take();
    response ??= plainResponse(request, socket);
    return response;
  };
  const act = async (frame: ExchangeFrame): Promise<void> => {
    const { policy, report, audit, pin, signal } = frame;
    const { settings, scanner, hash } = policy;
    const held = holdEarlyBytes(socket, head, frame.onGone);
    early = held;

    // gate
    await context.gate();
    assertHostMatches(request, opened.host, opened.serverName);

    // redact
    const keys = conversationKeys(opened, report.session, request.url ?? '', Buffer.alloc(0));
    const conversation = context.conversations.begin(keys, now());
    const redaction = {
      scanner,
      vault,
      pin,
      exact: context.exact,
      grammar: opened.grammar,
      now: now(),
      privateKeySeen: conversation.privateKeySeen,
    };
    const target = redactTarget(request.url ?? '/', redaction);
    const headers = redactHeaders(endToEnd(request.rawHeaders, ['content-length']), redaction);
    conversation.add(pin.fingerprints);
    report.redactions = [...target.redactions, ...headers.redactions];

    // record
    if (report.redactions.length > 0) await audit.redacted(report.redactions, hash);
    signal.throwIfAborted();
    context.gateNow();

    // send, receive
    const answered = await openUpstream(
      opened.upstream,
      {
        host,
        target: target.target,
        headers: narrowAcceptEncoding(headers.raw),
        deflate: offersDeflate(request),
        limit: settings.limits.event,
      },
      signal,
    );
    observer.sent(report);
    signal.throwIfAborted();

    // answer
    if (answered.kind === 'open') {
      const client = acceptClient(request, socket, held.take(), answered, settings.limits);
      if (client === undefined) {
        answered.socket.terminate();
        report.status = 400;
        return;
      }
      report.status = 101;
      report.outcome = 'delivered';
      const pair = {
        client,
        clientSocket: socket,
        provider: answered.socket,
        target: request.url ?? '',
        userAgent: request.headers['user-agent'],
        report: { ...report },
        conversation,
      };
      const built = bridge(pair, opened, context, () => onBridge.end(built));
      onBridge.begin(built);
      return;
    }
    const { answer } = answered;
    const answerTo = answerHead(answer, request.method);
    report.status = answerTo.status;
    report.streaming = isEventStream(answer);
    const hooks = restoreHooks(conversation, audit, report, context, signal);
    await restoreAnswer(answer, answerTo, answering(), opened.grammar, settings.limits, hooks);
    report.outcome = 'delivered';
  };
  return runFramed(request, opened, context, answering, act);
}

/**
 * Answers the client's handshake as the provider answered ours.
 *
 * @returns `undefined` where the client has left, or what it offers cannot be accepted; it is told
 */
function acceptClient(
  request: IncomingMessage,
  socket: net.Socket,
  head: Buffer,
  answered: Answered & { kind: 'open' },
  limits: Settings['limits'],
): WebSocket | undefined {
  const server = new WebSocketServer({
    ...SOCKET_OPTIONS,
    noServer: true,
    clientTracking: false,
    maxPayload: messageLimit(limits.body),
    perMessageDeflate: true,
    handleProtocols: () => answered.protocol ?? false,
  });
  server.on('headers', (lines) => lines.push(...answerLines(answered.answer)));
  let client: WebSocket | undefined;
  server.handleUpgrade(request, socket, head, (accepted) => {
    client = accepted;
  });
  return client;
}

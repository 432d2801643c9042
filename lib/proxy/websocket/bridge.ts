import type net from 'node:net';
import { WebSocket } from 'ws';
import { isRefusal, type RefusalCode, WaterwallError } from '../../errors.ts';
import { refusalStatus } from '../../providers/refusals.ts';
import { redactBody } from '../../redact/body.ts';
import type { Conversation } from '../../vault/conversations.ts';
import { unforeseen } from '../end-failed.ts';
import type { ExchangeContext, Opened } from '../exchange-context.ts';
import { endWith } from '../last-words.ts';
import { refusalFacts, refusalMessage } from '../refuse.ts';
import type { ExchangeReport } from '../report.ts';
import { createAnswers } from './answers.ts';
import { passPings } from './control-frames.ts';
import { createQuestions, type Talk } from './questions.ts';
import { createSink } from './sink.ts';
import { createTurns } from './turns.ts';
import { createValve } from './valve.ts';

/** Two open WebSockets that are to be one, and what their handshake told. */
export interface Pair {
  readonly client: WebSocket;
  /** The connection under it. */
  readonly clientSocket: net.Socket;
  readonly provider: WebSocket;
  /** The client's handshake. */
  readonly target: string;
  readonly userAgent: string | undefined;
  readonly report: ExchangeReport;
  readonly conversation: Conversation;
}

/** A bridge that stands. */
export interface Bridge {
  /** Ends it as soon as no answer is under way. */
  retire(): void;
}

/** Close codes (RFC 6455 §7.4.1). */
const GOING_AWAY = 1001;
const UNSUPPORTED_DATA = 1003;
const NO_STATUS = 1005;
const ABNORMAL = 1006;
const POLICY_VIOLATION = 1008;
const TOO_BIG = 1009;
const INTERNAL_ERROR = 1011;

/** What the library says of a message above the limit. */
const LIBRARY_TOO_BIG = 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';

/**
 * Passes messages, pings and the end from each side to the other until both are closed.
 *
 * @param onEnd - both sides are closed
 */
export function bridge(
  pair: Pair,
  opened: Opened,
  context: ExchangeContext,
  onEnd: () => void,
): Bridge {
  const { client, clientSocket, provider } = pair;
  const { grammar } = opened;
  const talk: Talk = { conversation: pair.conversation };
  const turns = createTurns(pair.report, context, grammar.messages);
  const clientValve = createValve(client);
  const providerValve = createValve(provider);
  // The way to the client is this machine: compressing would only cost time.
  const toClient = createSink(client, false, providerValve);
  const toProvider = createSink(provider, true, clientValve);
  const questions = createQuestions(
    opened,
    pair.target,
    pair.report.session,
    talk,
    turns,
    clientValve,
    context,
    { send: toProvider.text, onFault: (error) => refuse(error) },
  );
  const answers = createAnswers(opened, talk, turns, providerValve, context, {
    send: toClient.text,
    onFault: (error) => refuse(error),
    onCompleted: () => {
      if (retiring && turns.awaiting === 0) leave();
    },
  });
  let ended = false;
  let retiring = false;
  let open = 2;
  const leaveLive = context.live.enter((reason) => refuse(reason, undefined, true));

  /** Nothing passes any more; what is left to do is to close. */
  function end(): void {
    ended = true;
    questions.stop();
    answers.stop();
    clientValve.open();
    providerValve.open();
  }

  /** Something must not pass, or has gone wrong: both sides end, and the client is told why. */
  function refuse(error: unknown, closeCode?: number, reset = false): void {
    if (ended) return;
    end();
    if (!isRefusal(error)) context.onFault(error);
    const refusal = isRefusal(error) ? error : unforeseen(error);
    const code = closeCode ?? closeCodeOf(refusal);
    // Where the library has closed it already its close frame is still on the way.
    if (!reset && code === UNSUPPORTED_DATA) provider.close(code);
    else if (reset || provider.readyState === WebSocket.OPEN) provider.terminate();
    const retryable = refusal.details['retryable'] === true;
    const { refusalStatus: configured } = context.policy().settings;
    const status = retryable ? 502 : refusalStatus(refusal.code, configured, pair.userAgent);
    if (turns.awaiting > 0) {
      toClient.text(
        Buffer.from(grammar.errorMessage(refusalMessage(refusal), refusalFacts(refusal), status)),
      );
    }
    client.close(code, `Waterwall: ${refusal.code}`);
    turns.endAll('refused', { error: refusal, status });
  }

  /** Closes both sides in peace. */
  function leave(): void {
    if (ended) return;
    end();
    turns.endAll('broken-off');
    client.close(GOING_AWAY, 'Waterwall is stopping');
    provider.close(GOING_AWAY);
  }

  function clientClosed(code: number, reason: Buffer): void {
    if (ended) return;
    if (code === ABNORMAL) {
      end();
      provider.terminate();
      turns.endAll('client-gone');
      return;
    }
    // What the client said before it closed is still to be sent.
    questions.afterwards(() => {
      end();
      closeWith(provider, code, harmless(reason));
      turns.endAll('client-gone');
    });
  }

  function providerClosed(code: number, reason: Buffer): void {
    if (ended) return;
    answers.afterwards(() => {
      end();
      // Where the provider broke off the client must see that it did.
      if (code === ABNORMAL) endWith(clientSocket, '');
      else closeWith(client, code, reason);
      turns.endAll('broken-off');
    });
  }

  /** The reason of a close frame, unless it holds a secret. */
  function harmless(reason: Buffer): Buffer {
    if (reason.length === 0) return reason;
    const pin = context.store.pin();
    try {
      const { changed } = redactBody(reason, 'text/plain', {
        scanner: context.policy().scanner,
        vault: context.vault,
        pin,
        exact: context.exact,
        grammar,
        now: context.now(),
        privateKeySeen: talk.conversation.privateKeySeen,
      });
      return changed ? Buffer.alloc(0) : reason;
    } catch {
      return Buffer.alloc(0);
    } finally {
      pin.release();
    }
  }

  client.on('message', (message: Buffer, isBinary: boolean) => {
    if (ended) return;
    if (isBinary) refuseTurn(binary('the client'), UNSUPPORTED_DATA);
    else questions.take(message);
  });
  provider.on('message', (message: Buffer, isBinary: boolean) => {
    if (ended) return;
    if (isBinary) return refuse(binary(opened.host.host), UNSUPPORTED_DATA);
    try {
      answers.take(message);
    } catch (error) {
      refuse(error);
    }
  });
  client.on('error', (error: NodeJS.ErrnoException) => {
    if (ended) return;
    if (error.code === LIBRARY_TOO_BIG) refuseTurn(tooBig('the message', 'limits.body'));
    else clientClosed(ABNORMAL, Buffer.alloc(0));
  });
  provider.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === LIBRARY_TOO_BIG) {
      refuse(tooBig(`a message of ${opened.host.host}`, 'limits.event'));
    } else refuse(invalid(opened.host.host, error));
  });
  /** Refuses a message that never became a turn. */
  function refuseTurn(error: WaterwallError<RefusalCode>, closeCode?: number): void {
    turns.begin(undefined);
    refuse(error, closeCode);
  }
  passPings(client, provider, toClient, toProvider);
  passPings(provider, client, toProvider, toClient);
  for (const [socket, closed] of [
    [client, clientClosed],
    [provider, providerClosed],
  ] as const) {
    socket.once('close', (code: number, reason: Buffer) => {
      closed(code, reason);
      if (--open > 0) return;
      leaveLive();
      onEnd();
    });
  }
  provider.resume();

  return {
    retire() {
      retiring = true;
      if (turns.awaiting === 0) leave();
    },
  };
}

function closeWith(socket: WebSocket, code: number, reason: Buffer): void {
  if (code === NO_STATUS) socket.close();
  else socket.close(code, reason);
}

function closeCodeOf(refusal: WaterwallError<RefusalCode>): number {
  if (refusal.details['retryable'] === true) return GOING_AWAY;
  if (refusal.code === 'body-too-large') return TOO_BIG;
  return refusal.code === 'upstream-unreachable' ? INTERNAL_ERROR : POLICY_VIOLATION;
}

function binary(whose: string): WaterwallError<RefusalCode> {
  return new WaterwallError(
    'unscannable-body',
    `a binary message of ${whose} came over a WebSocket`,
    { fix: 'send text messages: only those can be read' },
  );
}

function tooBig(what: string, limit: string): WaterwallError<RefusalCode> {
  return new WaterwallError('body-too-large', `${what} is longer than ${limit} allows`, {
    fix: `raise ${limit} in config.yaml`,
  });
}

function invalid(host: string, cause: Error): WaterwallError<RefusalCode> {
  return new WaterwallError('upstream-unreachable', `${host} broke the WebSocket protocol`, {
    fix: 'try again; report it to the provider if it stays',
    cause,
  });
}

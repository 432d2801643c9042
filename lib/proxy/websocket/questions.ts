import { redactBody } from '../../redact/body.ts';
import type { Conversation } from '../../vault/conversations.ts';
import { conversationKeys } from '../conversation-keys.ts';
import type { ExchangeContext, Opened } from '../exchange-context.ts';
import { HIGH_WATER } from './sink.ts';
import type { Turns } from './turns.ts';
import type { Valve } from './valve.ts';

/** The conversation of a WebSocket: a later message may go on with an answer of another one. */
export interface Talk {
  conversation: Conversation;
}

/** The client's messages on their way to the provider, one after the other. */
export interface Questions {
  take(message: Buffer): void;
  /** Acts when all that was taken has left. */
  afterwards(act: () => void): void;
  stop(): void;
}

/** What {@link createQuestions} asks of the bridge. */
export interface QuestionHooks {
  readonly send: (message: Uint8Array) => void;
  readonly onFault: (error: unknown) => void;
}

/**
 * The life of each message: gate → redact → record → send.
 *
 * @param target - of the handshake
 * @param session - of the handshake
 * @param valve - of the client
 */
export function createQuestions(
  opened: Opened,
  target: string,
  session: string | undefined,
  talk: Talk,
  turns: Turns,
  valve: Valve,
  context: ExchangeContext,
  hooks: QuestionHooks,
): Questions {
  const { now } = context;
  let queue = Promise.resolve();
  let waiting = 0;
  let stopped = false;

  async function pass(message: Buffer, readAt: number): Promise<void> {
    const turn = turns.begin(message);
    // gate
    await context.gate();
    if (stopped) return;
    const { scanner, hash } = context.policy();

    // redact
    const keys = conversationKeys(opened, session, target, message);
    const conversation = context.conversations.begin(
      [...new Set([...keys, socketKey(opened)])],
      now(),
    );
    talk.conversation = conversation;
    const redacted = redactBody(message, 'application/json', {
      scanner,
      vault: context.vault,
      pin: turn.pin,
      exact: context.exact,
      grammar: opened.grammar,
      now: now(),
      privateKeySeen: conversation.privateKeySeen,
    });
    conversation.add(turn.pin.fingerprints);
    conversation.privateKeySeen ||= redacted.privateKeySeen;
    turn.report.redactions = redacted.redactions;

    // record
    if (redacted.redactions.length > 0) await turn.audit.redacted(redacted.redactions, hash);
    if (stopped) return;
    context.gateNow();

    // send
    const [first] = redacted.parts;
    hooks.send(
      redacted.parts.length === 1 && first !== undefined ? first : Buffer.concat(redacted.parts),
    );
    turn.report.addedLatency = now() - readAt;
    turns.sent(turn);
  }

  const next = (act: () => Promise<void> | void): void => {
    queue = queue.then(async () => {
      if (stopped) return;
      try {
        await act();
      } catch (error) {
        hooks.onFault(error);
      }
    });
  };
  return {
    take(message) {
      const readAt = now();
      waiting += message.length;
      if (waiting > HIGH_WATER) valve.hold('queue');
      next(async () => {
        await pass(message, readAt);
        waiting -= message.length;
        if (waiting <= HIGH_WATER) valve.release('queue');
      });
    },
    afterwards: next,
    stop() {
      stopped = true;
    },
  };
}

/** Messages of one WebSocket belong together, whatever session the client names. */
function socketKey({ host, socket }: Opened): string {
  return `${host.host}|socket:${socket}`;
}

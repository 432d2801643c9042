import { createEventRestorer } from '../../restore/events.ts';
import { responseKey } from '../conversation-keys.ts';
import type { ExchangeContext, Opened } from '../exchange-context.ts';
import { resolveWithin } from '../restore-answer.ts';
import { createDelivery } from './delivery.ts';
import type { Talk } from './questions.ts';
import type { Turns } from './turns.ts';
import type { Valve } from './valve.ts';

/** The provider's messages on their way to the client. */
export interface Answers {
  take(message: Buffer): void;
  /** Acts when all that was taken, and held back, has been delivered. */
  afterwards(act: () => void): void;
  /** Drops what waits for its line. */
  stop(): void;
}

/** What {@link createAnswers} asks of the bridge. */
export interface AnswerHooks {
  readonly send: (message: Uint8Array) => void;
  readonly onFault: (error: unknown) => void;
  /** An answer has been delivered whole. */
  readonly onCompleted: () => void;
}

/**
 * The life of each message: restore → record → deliver.
 *
 * @param valve - of the provider
 */
export function createAnswers(
  opened: Opened,
  talk: Talk,
  turns: Turns,
  valve: Valve,
  context: ExchangeContext,
  hooks: AnswerHooks,
): Answers {
  const restorer = createEventRestorer(opened.grammar, (fingerprint) =>
    resolveWithin(talk.conversation, context.vault, context.now)(fingerprint),
  );
  const delivery = createDelivery(hooks.send, valve, hooks.onFault);
  let linked = 0;

  return {
    take(message) {
      // restore
      const { before, payload, restored, unknown } = restorer.event(message);
      for (; linked < restorer.responseIds.length; linked++) {
        const id = restorer.responseIds[linked] as string;
        talk.conversation.link(responseKey(opened.host.host, id));
      }
      const messages = [...before.map((event) => event.payload), payload];
      const then = turns.completes(message)
        ? () => {
            turns.completed();
            hooks.onCompleted();
          }
        : undefined;

      // record, deliver
      const turn = restored.length + unknown > 0 ? turns.current() : undefined;
      if (turn !== undefined) turn.report.unknown += unknown;
      if (turn === undefined || restored.length === 0) {
        return delivery.add(messages, undefined, then);
      }
      const recorded = turn.audit.restored([{ bytes: payload, restored, unknown }]);
      delivery.add(
        messages,
        recorded.then(() => {
          for (const { hmac } of restored) {
            turn.report.restored++;
            context.remember(hmac);
          }
        }),
        then,
      );
    },
    afterwards(act) {
      delivery.add(
        restorer.flush().map((event) => event.payload),
        undefined,
        act,
      );
    },
    stop: delivery.stop,
  };
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Settings } from '../config/types.ts';
import type { ApiGrammar } from '../providers/types.ts';
import { createRestorer } from '../restore/restorer.ts';
import type { Resolve, RestoredPiece } from '../restore/types.ts';
import type { Conversation } from '../vault/conversations.ts';
import type { Vault } from '../vault/vault.ts';
import { type AnswerHead, mayHoldText } from './answer.ts';
import { responseKey } from './conversation-keys.ts';
import { decodeAnswer } from './decode-answer.ts';
import { deliver } from './deliver.ts';
import type { ExchangeAudit } from './exchange-audit.ts';
import type { ExchangeContext } from './exchange-context.ts';
import type { ExchangeReport } from './report.ts';
import { passTrailers } from './trailers.ts';

/** What {@link restoreAnswer} asks of the exchange. */
export interface RestoreHooks {
  readonly resolve: Resolve;
  /** Makes the line of what is about to be delivered durable. */
  readonly record: (pieces: readonly RestoredPiece[]) => Promise<void>;
  readonly onUnknown: (count: number) => void;
  /** Aborted when the exchange ends before its time. */
  readonly signal: AbortSignal;
  /** Told each id under which a later request may go on with this answer. */
  readonly onResponseId: (id: string) => void;
}

/** Passes an answer on to the client, restored as it arrives; settles when all is delivered. */
export async function restoreAnswer(
  answer: IncomingMessage,
  head: AnswerHead,
  response: ServerResponse,
  grammar: ApiGrammar,
  limits: Settings['limits'],
  hooks: RestoreHooks,
): Promise<void> {
  if (!mayHoldText(answer, response.req.method)) {
    response.writeHead(head.status, head.message, head.headers as string[]);
    answer.once('end', () => passTrailers(answer, response));
    return pipeline(answer, response, { signal: hooks.signal });
  }
  const restorer = createRestorer({
    contentType: answer.headers['content-type'],
    grammar,
    resolve: hooks.resolve,
    limits: { event: limits.event, body: limits.responseBody },
  });
  let linked = 0;
  await deliver(answer, decodeAnswer(answer), response, head, restorer, {
    record: hooks.record,
    signal: hooks.signal,
    onUnknown: hooks.onUnknown,
    onProgress: () => {
      for (; linked < restorer.responseIds.length; linked++) {
        hooks.onResponseId(restorer.responseIds[linked] as string);
      }
    },
  });
}

/**
 * What a placeholder stands for in one exchange: its secret comes back only where this
 * conversation has sent it. A placeholder is no bearer token.
 */
export function resolveWithin(
  conversation: Conversation,
  vault: Vault,
  now: () => number,
): Resolve {
  return (fingerprint) => {
    const known = vault.get(fingerprint, now());
    if (known === undefined) return { state: 'unknown' };
    if (!conversation.sent.has(fingerprint)) return { state: 'foreign' };
    return { state: 'restore', type: known.type, secret: known.value };
  };
}

/** What every answer's restoration does beside the bytes: lines, counts, and what is known from now on. */
export function restoreHooks(
  conversation: Conversation,
  audit: ExchangeAudit,
  report: ExchangeReport,
  context: Pick<ExchangeContext, 'vault' | 'now' | 'remember'>,
  signal: AbortSignal,
): RestoreHooks {
  return {
    signal,
    resolve: resolveWithin(conversation, context.vault, context.now),
    record: async (pieces) => {
      await audit.restored(pieces);
      for (const { hmac } of pieces.flatMap((piece) => piece.restored)) {
        report.restored++;
        context.remember(hmac);
      }
    },
    onUnknown: (count) => {
      report.unknown += count;
    },
    onResponseId: (id) => conversation.link(responseKey(report.host, id)),
  };
}

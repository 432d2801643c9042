/**
 * Answers that take their time. To a client that sends `accept: text/event-stream` they are
 * server-sent events: `progress` (a {@link Progress}, with more fields where an operation has them)
 * any number of times, then one `result` (the body that other clients get) or one `error` (an
 * {@link AdminError}); a comment now and then tells that the daemon lives. What can be refused
 * before the work begins is refused with its status to both. A stream that ends without `result`
 * and `error` was cut. `share/schema/admin-progress.json` fixes the progress.
 */

import type { ServerResponse } from 'node:http';
import {
  type AdminReply,
  type AdminRequest,
  adminError,
  type Progress,
  type Reply,
} from './admin-protocol.ts';
import { createSubscriber } from './subscriber.ts';

/**
 * The work of an operation.
 *
 * @param tell - told of each step; may be called at any rate, a client that reads slowly misses some
 * @param signal - aborts when the client has gone: nobody waits for the rest
 */
export type Operation<Step extends Progress = Progress> = (
  tell: (step: Step) => void,
  signal: AbortSignal,
) => Promise<AdminReply>;

export interface OperationPace {
  /** Milliseconds between two comments. */
  readonly heartbeat: number;
  /** Milliseconds that a message may wait to be read before the client is dropped. */
  readonly patience: number;
}

const PACE: OperationPace = { heartbeat: 5_000, patience: 10_000 };

/** Answers with an operation's result, and with its progress where the client asks for events. */
export function answerWithProgress<Step extends Progress>(
  request: Pick<AdminRequest, 'events'>,
  operation: Operation<Step>,
  pace: OperationPace = PACE,
): Reply | Promise<Reply> {
  if (!request.events) return operation(() => {}, new AbortController().signal);
  return { stream: (response) => streamed(response, operation, pace) };
}

async function streamed<Step extends Progress>(
  response: ServerResponse,
  operation: Operation<Step>,
  { heartbeat, patience }: OperationPace,
): Promise<void> {
  const gone = new AbortController();
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
  });
  response.flushHeaders();
  let latest = '';
  const client = createSubscriber(
    response,
    { patience },
    () => client.refresh(latest),
    () => gone.abort(),
  );
  const beat = setInterval(() => {
    if (!client.stale) client.send(': alive\n\n');
  }, heartbeat).unref();
  const tell = (step: Step): void => {
    latest = eventText('progress', step);
    client.send(latest);
  };
  try {
    const { status, body } = await operation(tell, gone.signal);
    client.end(eventText(status < 400 ? 'result' : 'error', body));
  } catch (error) {
    const { body } = adminError(500, 'internal', 'the operation failed; see the log');
    client.end(eventText('error', body));
    if (!isAbort(error, gone.signal)) throw error;
  } finally {
    clearInterval(beat);
  }
}

function isAbort(error: unknown, { aborted, reason }: AbortSignal): boolean {
  return aborted && (error === reason || (error as Error).name === 'AbortError');
}

function eventText(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { adminError, type Reply } from './admin-protocol.ts';

/**
 * Sends what a handler answers. What it throws is a programming error: `onFault` is told, and the
 * client gets a 500 without a word of it.
 */
export async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Promise<Reply>,
  onFault: (error: unknown) => void,
): Promise<void> {
  try {
    const reply = await answer;
    // What was not read of a body must not be taken for the next request.
    if (!request.complete) response.setHeader('connection', 'close');
    await sendReply(response, reply);
  } catch (error) {
    // The client went away while its body was read: nobody to answer, nothing to report.
    if (request.destroyed && !request.complete) return;
    onFault(error);
    if (response.headersSent) return;
    await sendReply(response, adminError(500, 'internal', 'the request failed; see the log'));
  }
}

/** Writes an answer; Node leaves the body out where the method is HEAD. */
function sendReply(response: ServerResponse, reply: Reply): void | Promise<void> {
  if ('stream' in reply) return reply.stream(response);
  const json = 'body' in reply;
  const text = Buffer.from(json ? `${JSON.stringify(reply.body)}\n` : reply.text);
  response.writeHead(reply.status, {
    'content-type': json ? 'application/json; charset=utf-8' : reply.contentType,
    'content-length': text.length,
    'cache-control': 'no-store',
    ...(json ? reply.headers : {}),
  });
  response.end(text);
}

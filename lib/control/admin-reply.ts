import type { ServerResponse } from 'node:http';
import type { Reply } from './admin-protocol.ts';

/** Writes an answer; Node leaves the body out where the method is HEAD. */
export function sendReply(response: ServerResponse, reply: Reply): void {
  if ('stream' in reply) {
    reply.stream(response);
    return;
  }
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

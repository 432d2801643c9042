import type { Opened } from './exchange-context.ts';

const RESPONSE_ID = 'resp_[A-Za-z0-9_-]{1,128}';
const IN_BODY = new RegExp(`"previous_response_id"\\s*:\\s*"(${RESPONSE_ID})"`, 'g');
const IN_TARGET = new RegExp(`/responses/(${RESPONSE_ID})(?:[/?]|$)`);

/**
 * The keys under which a request's conversation is known: its session id (or its connection, where
 * the client names none), and the Responses API's own link to an earlier answer
 * (`previous_response_id`, or `GET /v1/responses/{id}`). All to the same host.
 */
export function conversationKeys(
  opened: Opened,
  session: string | undefined,
  target: string,
  body: Buffer,
): string[] {
  const { host } = opened.host;
  const keys = [
    session === undefined ? `${host}|socket:${opened.socket}` : `${host}|session:${session}`,
  ];
  if (opened.grammar.name !== 'openai') return keys;
  const named = IN_TARGET.exec(target)?.[1];
  if (named !== undefined) keys.push(responseKey(host, named));
  if (body.includes('"previous_response_id"')) {
    for (const [, id] of body.toString('latin1').matchAll(IN_BODY)) {
      if (id !== undefined) keys.push(responseKey(host, id));
    }
  }
  return keys;
}

/** The key of a conversation that a response id names. */
export function responseKey(host: string, id: string): string {
  return `${host}|response:${id}`;
}

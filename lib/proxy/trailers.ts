import type { IncomingMessage, ServerResponse } from 'node:http';
import { endToEnd } from './headers.ts';

/** What is about the message's form, or has had its effect before the body (RFC 9110 §6.5.1). */
const NOT_AFTER_THE_BODY = [
  'content-length',
  'content-encoding',
  'content-type',
  'content-range',
  'host',
  'authorization',
  'set-cookie',
  'cache-control',
];

/**
 * Passes an answer's trailer fields on, to a client that says it takes them (`TE: trailers`); others
 * do without, as RFC 9110 §6.5.1 has it. Like header fields they go as they came. Call it when the
 * answer has ended and before the response does.
 */
export function passTrailers(answer: IncomingMessage, response: ServerResponse): void {
  const takes = /(?:^|,)\s*trailers\s*(?:,|$)/i.test(String(response.req.headers.te));
  if (!takes || answer.rawTrailers.length === 0 || !response.chunkedEncoding) return;
  const raw = endToEnd(answer.rawTrailers, NOT_AFTER_THE_BODY);
  const pairs: [string, string][] = [];
  for (let at = 0; at < raw.length; at += 2) pairs.push([raw[at] as string, raw[at + 1] as string]);
  response.addTrailers(pairs);
}

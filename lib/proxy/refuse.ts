import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RefusalCode, WaterwallError } from '../errors.ts';
import { refusalStatus } from '../providers/refusals.ts';
import type { ApiGrammar } from '../providers/types.ts';
import { endWith } from './last-words.ts';

/** What a refusal tells programs, beside the API's own error shape. */
export function refusalFacts(error: WaterwallError<RefusalCode>): Record<string, unknown> {
  const { retryable: _, ...details } = error.details;
  return { code: error.code, reason: error.message, fix: error.fix, ...details };
}

/** The message an agent shows: what happened and what to do. */
export function refusalMessage(error: WaterwallError<RefusalCode>): string {
  return `Waterwall: ${sentence(error.message)} ${capitalised(sentence(error.fix))}`;
}

/** Whether the agent may repeat the request: only where the connection failed, not the policy. */
function isRetryable(error: WaterwallError): boolean {
  return error.details['retryable'] === true;
}

/**
 * Writes a refusal to a request inside an opened connection; to end it is left to the caller. DESIGN §8.
 *
 * @param configured - `refusal_status` of the settings
 */
export function refuseRequest(
  response: ServerResponse,
  error: WaterwallError<RefusalCode>,
  grammar: ApiGrammar,
  configured: 'auto' | number,
  userAgent: string | undefined,
): number {
  const retryable = isRetryable(error);
  const status = retryable ? 502 : refusalStatus(error.code, configured, userAgent);
  const body = JSON.stringify(grammar.errorBody(refusalMessage(error), refusalFacts(error)));
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-waterwall': error.code,
    'x-should-retry': String(retryable),
  });
  response.write(body);
  return status;
}

/** Answers a CONNECT with a refusal and closes the connection. */
export function refuseConnect(
  socket: Duplex,
  error: WaterwallError<RefusalCode>,
  status: number,
): void {
  const message = refusalMessage(error);
  const body = JSON.stringify({
    error: { message, code: error.code },
    waterwall: refusalFacts(error),
  });
  const head = [
    `HTTP/1.1 ${status} ${error.code}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-waterwall: ${error.code}`,
    'x-should-retry: false',
    'connection: close',
  ];
  endWith(socket, `${head.join('\r\n')}\r\n\r\n${body}`);
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

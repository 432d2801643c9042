import type { RefusalCode } from '../errors.ts';
import type { ApiGrammar } from './types.ts';

type RefusalShape = Pick<ApiGrammar, 'errorBody' | 'errorEvent' | 'errorMessage'>;

/** Anthropic's error object: platform docs, "Errors"; in a stream it is an `error` event. */
export const anthropicRefusal: RefusalShape = {
  errorBody: (message, waterwall) => ({
    type: 'error',
    error: { type: 'invalid_request_error', message },
    waterwall,
  }),
  errorEvent: (message, waterwall) =>
    `event: error\ndata: ${JSON.stringify(anthropicRefusal.errorBody(message, waterwall))}\n\n`,
  errorMessage: (message, waterwall) =>
    JSON.stringify(anthropicRefusal.errorBody(message, waterwall)),
};

/**
 * OpenAI's error object, shared by Chat Completions and Responses. In a stream it goes out as an
 * event with both `type: "error"` (Responses) and `error` (Chat Completions), so that the clients
 * of either stop on it.
 */
export const openaiRefusal: RefusalShape = {
  errorBody: (message, waterwall) => ({
    error: { message, type: 'invalid_request_error', param: null, code: waterwall['code'] ?? null },
    waterwall,
  }),
  errorEvent: (message, waterwall) =>
    `event: error\ndata: ${JSON.stringify({
      type: 'error',
      code: waterwall['code'] ?? null,
      message,
      param: null,
      ...openaiRefusal.errorBody(message, waterwall),
    })}\n\n`,
  // By its status a client of the Responses API tells what is worth repeating.
  errorMessage: (message, waterwall, status) =>
    JSON.stringify({ type: 'error', status, ...openaiRefusal.errorBody(message, waterwall) }),
};

const STATUS: Partial<Record<RefusalCode, number>> = {
  'host-not-permitted': 403,
  'host-mismatch': 421,
  'body-too-large': 413,
  'encoding-unsupported': 415,
};

/**
 * Clients that repeat a 5xx (and some a 403) whatever `x-should-retry` says, but stop at a 400 and
 * show its message: measured with Codex 0.144/0.169 (30 POSTs on 502) and OpenCode 1.18 and the
 * AI SDK (which repeat until the user gives up).
 */
const STOPS_AT_400_ONLY = /\b(?:codex|opencode|ai-sdk)\b|^codex_|\bai\/\d/i;

/**
 * The HTTP status of a refusal.
 *
 * @param configured - `refusal_status` of the settings
 * @param userAgent - the client's `user-agent`
 */
export function refusalStatus(
  code: RefusalCode,
  configured: 'auto' | number,
  userAgent: string | undefined,
): number {
  if (configured !== 'auto') return configured;
  if (userAgent !== undefined && STOPS_AT_400_ONLY.test(userAgent)) return 400;
  return STATUS[code] ?? 502;
}

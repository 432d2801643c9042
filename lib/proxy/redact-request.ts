import type { IncomingMessage } from 'node:http';
import { redactBody } from '../redact/body.ts';
import { redactHeaders } from '../redact/headers.ts';
import { redactTarget } from '../redact/target.ts';
import type { Redaction, RedactionContext } from '../redact/types.ts';
import { endToEnd, narrowAcceptEncoding, withHeader } from './headers.ts';
import { assertUnsigned } from './request-checks.ts';
import { type SplitBody, splitBody } from './split-body.ts';
import type { UpstreamRequest } from './upstream.ts';

/** A request as it may leave. */
export interface RedactedRequest {
  readonly request: UpstreamRequest;
  readonly body: SplitBody;
  readonly redactions: readonly Redaction[];
  readonly privateKeySeen: boolean;
}

/** Methods whose requests carry a length even where the body is empty (RFC 9110 §8.6). */
const WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

/**
 * Redacts everything of a request that could hold a secret: target, header values and body.
 *
 * @param body - decoded
 * @throws WaterwallError a refusal
 */
export function redactRequest(
  request: IncomingMessage,
  body: Buffer,
  context: RedactionContext,
): RedactedRequest {
  const method = request.method ?? 'GET';
  const target = redactTarget(request.url ?? '/', context);
  const headers = redactHeaders(endToEnd(request.rawHeaders), context);
  const content = redactBody(body, request.headers['content-type'], context);
  const coded = request.headers['content-encoding'] !== undefined;
  if (content.changed || coded) assertUnsigned(request, 'body');
  if (target.redactions.length + headers.redactions.length > 0) assertUnsigned(request, 'head');

  let raw = narrowAcceptEncoding(coded ? endToEnd(headers.raw, ['content-encoding']) : headers.raw);
  if (
    content.length > 0 ||
    WITH_BODY.has(method) ||
    request.headers['content-length'] !== undefined
  ) {
    raw = withHeader(raw, 'Content-Length', String(content.length));
  }
  return {
    request: { method, target: target.target, headers: raw },
    body: splitBody(content.parts),
    redactions: [...target.redactions, ...headers.redactions, ...content.redactions],
    privateKeySeen: content.privateKeySeen,
  };
}

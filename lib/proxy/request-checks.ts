import type { IncomingMessage } from 'node:http';
import { WaterwallError } from '../errors.ts';
import type { Authority } from './authority.ts';
import { countHeader } from './headers.ts';

/**
 * The destination comes from CONNECT alone; what the client says inside must agree with it
 * (RFC 9110 §7.4: 421).
 *
 * @param serverName - the name in the client's TLS handshake, if it gave one
 * @throws WaterwallError `host-mismatch`
 */
export function assertHostMatches(
  request: IncomingMessage,
  authority: Authority,
  serverName: string | undefined,
): void {
  const host = request.headers.host?.toLowerCase();
  const named =
    host === `${authority.host}:${authority.port}` ||
    (authority.port === 443 && host === authority.host);
  if (
    !named ||
    countHeader(request.rawHeaders, 'host') !== 1 ||
    (serverName !== undefined && serverName.toLowerCase() !== authority.host) ||
    !request.url?.startsWith('/')
  ) {
    throw new WaterwallError(
      'host-mismatch',
      `the request names another host than the connection to ${authority.host} it came in on`,
      { fix: 'open a CONNECT tunnel of its own for each host' },
    );
  }
}

/** Fields that bind a digest to the exact bytes of a body, before its content codings are off. */
const DIGEST_FIELDS = ['content-md5', 'digest', 'content-digest', 'x-amz-content-sha256'];

/** Fields that hold a signature over parts of a request's head, and often over a digest. */
const SIGNATURE_FIELDS = ['signature-input'];

/**
 * What is signed cannot be edited without breaking its signature.
 *
 * @param edited - what of the request was
 * @throws WaterwallError `unscannable-body`
 */
export function assertUnsigned(request: IncomingMessage, edited: 'head' | 'body'): void {
  const fields = edited === 'body' ? [...DIGEST_FIELDS, ...SIGNATURE_FIELDS] : SIGNATURE_FIELDS;
  const signed =
    fields.find((name) => request.headers[name] !== undefined) ??
    (/^AWS4-/.test(request.headers.authorization ?? '') ? 'authorization' : undefined);
  if (signed === undefined) return;
  throw new WaterwallError(
    'unscannable-body',
    `the request is signed (${signed}), and would have to be changed`,
    {
      fix: 'send it without a secret and uncompressed, or use an endpoint that needs no signature',
    },
  );
}

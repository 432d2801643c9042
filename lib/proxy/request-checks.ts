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

/** Fields that bind a signature or digest to the exact bytes of a body. */
const SIGNATURE_FIELDS = [
  'content-md5',
  'digest',
  'content-digest',
  'signature-input',
  'x-amz-content-sha256',
];

/**
 * A signed body cannot be edited without breaking its signature.
 *
 * @throws WaterwallError `unscannable-body`
 */
export function assertUnsigned(request: IncomingMessage): void {
  const signed =
    SIGNATURE_FIELDS.find((name) => request.headers[name] !== undefined) ??
    (/^AWS4-/.test(request.headers.authorization ?? '') ? 'authorization' : undefined);
  if (signed === undefined) return;
  throw new WaterwallError(
    'unscannable-body',
    `the request holds a secret and is signed (${signed}), so that the secret cannot be replaced`,
    { fix: 'take the secret out, or use an endpoint whose requests are not signed' },
  );
}

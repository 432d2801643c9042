import { duplexPair } from 'node:stream';
import { connect, type SecureContext, TLSSocket } from 'node:tls';
import { fail, ok, type Verdict } from './check.ts';

const PATIENCE = 5000;

/**
 * Whether the certificates that agents are shown verify against the CA that they are told to trust.
 *
 * @param ca - PEM, as it lies on the disk
 * @param contextFor - what the daemon shows for a host
 */
export async function shownCertificates(
  ca: string,
  hosts: readonly string[],
  contextFor: (host: string) => SecureContext | undefined,
): Promise<Verdict> {
  const failures = await Promise.all(
    hosts.map(async (host) => ({ host, reason: await handshake(ca, host, contextFor(host)) })),
  );
  const failed = failures.find(({ reason }) => reason !== undefined);
  if (failed === undefined) return ok(`${hosts.length} certificates, all of this ca.pem`);
  return fail(
    `the certificate shown for ${failed.host} does not verify against ca.pem (${failed.reason})`,
    'restart the proxy, then the agents: ca.pem was changed since they started',
  );
}

/** A TLS handshake within this process; gives why it failed. */
function handshake(
  ca: string,
  host: string,
  context: SecureContext | undefined,
): Promise<string | undefined> {
  if (context === undefined) return Promise.resolve('there is none');
  const [near, far] = duplexPair();
  const server = new TLSSocket(far, { isServer: true, secureContext: context });
  const client = connect({ socket: near, servername: host, ca });
  return new Promise((resolve) => {
    const settle = (reason: string | undefined): void => {
      clearTimeout(timer);
      client.destroy();
      server.destroy();
      resolve(reason);
    };
    const timer = setTimeout(() => settle('no handshake in time'), PATIENCE);
    server.on('error', () => {});
    client.once('secureConnect', () => settle(undefined));
    client.on('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message));
  });
}

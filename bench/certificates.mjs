import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The host that everything is sent to. */
export const HOST = 'api.anthropic.com';

/**
 * Makes roots and leaves with openssl: an RSA-2048 leaf for the provider, and for relays a CA with
 * an EC leaf as Waterwall has, so that handshakes cost the same.
 */
export function makeCertificates(folder) {
  const path = (name) => join(folder, name);
  const openssl = (...args) => execFileSync('openssl', args, { stdio: 'pipe' });
  writeFileSync(path('leaf.ext'), `subjectAltName=DNS:${HOST},IP:127.0.0.1\n`);

  const root = (name) => {
    const files = ['-keyout', path(`${name}.key`), '-out', path(`${name}.pem`)];
    const subject = ['-days', '30', '-subj', `/CN=${name}`];
    openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, ...subject);
  };
  const leaf = (name, issuer, algorithm) => {
    const files = ['-keyout', path(`${name}.key`), '-out', path(`${name}.csr`)];
    openssl('req', ...algorithm, '-nodes', ...files, '-subj', `/O=${name}`);
    const by = ['-CA', path(`${issuer}.pem`), '-CAkey', path(`${issuer}.key`), '-CAcreateserial'];
    const made = ['-out', path(`${name}.pem`), '-days', '30', '-extfile', path('leaf.ext')];
    openssl('x509', '-req', '-in', path(`${name}.csr`), ...by, ...made);
  };
  root('provider-root');
  leaf('provider', 'provider-root', ['-newkey', 'rsa:2048']);
  root('relay-root');
  leaf('relay', 'relay-root', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']);
  return {
    provider: { certificate: path('provider.pem'), key: path('provider.key') },
    providerRoot: path('provider-root.pem'),
    relay: { certificate: path('relay.pem'), key: path('relay.key') },
    relayRoot: { certificate: path('relay-root.pem'), key: path('relay-root.key') },
  };
}

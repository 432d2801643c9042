import { createPublicKey } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeCertificates } from './certificates.mjs';
import { startListening } from './process.mjs';
import { makeHome, startWaterwall } from './waterwall.mjs';

/**
 * Starts everything that requests can go through, each in a process of its own: none (direct), the
 * bare relay, Waterwall, and the peers.
 *
 * @param withPeers - they are installed
 */
export async function openWays(folder, withPeers) {
  const certificates = makeCertificates(folder);
  const { provider, providerRoot, relay, relayRoot } = certificates;
  const target = await startListening('processes/provider.mjs', [
    provider.certificate,
    provider.key,
  ]);
  const home = await makeHome(join(folder, 'home'), target.port, providerRoot);
  const waterwall = await startWaterwall(home);
  const bare = await startListening('processes/relay.mjs', [
    relay.certificate,
    relay.key,
    providerRoot,
    String(target.port),
  ]);
  const peers = {
    'http-mitm-proxy': [peerFolder(folder, relayRoot), String(target.port), providerRoot],
    mockttp: [relayRoot.certificate, relayRoot.key, providerRoot, String(target.port)],
  };
  const way = (name, { port, pid }, ca) => ({
    name,
    pid,
    proxyPort: port,
    providerPort: target.port,
    ca: readFileSync(ca),
  });
  const ways = [
    { ...way('direct', target, providerRoot), proxyPort: undefined, pid: undefined },
    way('relay', bare, relayRoot.certificate),
    way('waterwall', waterwall, home.ca),
  ];
  const skipped = [];
  for (const [name, args] of Object.entries(withPeers ? peers : {})) {
    const peer = await startListening(`peers/${name}.mjs`, args);
    if (peer === undefined) skipped.push(name);
    else ways.push(way(name, peer, relayRoot.certificate));
  }
  return { ways, skipped, home, waterwall };
}

/** The three files that keep http-mitm-proxy from making a CA of its own. */
function peerFolder(folder, { certificate, key }) {
  const peer = join(folder, 'http-mitm-proxy');
  mkdirSync(join(peer, 'certs'), { recursive: true });
  mkdirSync(join(peer, 'keys'));
  copyFileSync(certificate, join(peer, 'certs', 'ca.pem'));
  copyFileSync(key, join(peer, 'keys', 'ca.private.key'));
  const publicKey = createPublicKey(readFileSync(key)).export({ type: 'spki', format: 'pem' });
  writeFileSync(join(peer, 'keys', 'ca.public.key'), publicKey);
  return peer;
}

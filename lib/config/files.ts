import { join } from 'node:path';
import { adminSockets } from './admin-address.ts';
import type { Homes } from './types.ts';

/** The name of every file and folder in the homes; nothing else spells one. */
export function filesOf(homes: Homes) {
  const { config, log, run } = homes;
  return {
    ...adminSockets(run, process.platform),
    settings: join(config, 'config.yaml'),
    hosts: join(config, 'permitted_hosts.yaml'),
    patterns: join(config, 'patterns.yaml'),
    knownSecrets: join(config, 'known_secrets.yaml'),
    caCertificate: join(config, 'ca.pem'),
    caKey: join(config, 'ca.key'),
    caBundle: join(config, 'ca-bundle.pem'),
    sessionKey: join(config, 'session.key'),
    signingPublicKey: join(config, 'signing.pub'),
    /** Stands while a first set-up is under way, see `init.ts`. */
    initPending: join(config, '.init-pending'),
    sentinel: join(run, 'kill'),
    pid: join(run, 'proxy.pid'),
    /** The store a graceful restart hands over. */
    storeHandover: join(run, 'store.sealed'),
    /** The store of `persist: sealed`. */
    storeSealed: join(log, 'store.sealed'),
    /** The latched kill-switch sources: beside the log, because the run folder ends with a reboot. */
    killSwitchLatch: join(log, 'killswitch.json'),
    chain: join(log, 'chain'),
    checkpoint: join(log, 'checkpoint'),
    receipts: join(log, 'receipts'),
    manifests: join(log, 'manifests'),
    signer: join(log, 'signer'),
  } as const;
}

export type HomeFiles = ReturnType<typeof filesOf>;

import { createSecureContext, type SecureContext } from 'node:tls';
import type { Authority } from './authority.ts';
import { isDue, type Leaf, mintLeaf } from './leaf.ts';

/** Leaf certificates of the permitted hosts, ready for TLS. */
export interface Leaves {
  /** The context for a host; undefined where none was minted for it. */
  contextFor(host: string): SecureContext | undefined;
  /**
   * Replaces leaves that come to their end; to be called now and then (daily will do).
   *
   * @returns the hosts that got a new leaf
   */
  renew(now: number): Promise<readonly string[]>;
}

interface Ready {
  readonly leaf: Leaf;
  readonly context: SecureContext;
}

/**
 * Mints leaves for all hosts at once, so that no first connection waits for one. Keys live in
 * memory alone.
 */
export async function mintLeaves(
  authority: Authority,
  hosts: readonly string[],
  now: number,
): Promise<Leaves> {
  // A Map: hosts come from the network, and `constructor` is a property of every plain object.
  const ready = new Map<string, Ready>();
  const mint = async (host: string, at: number): Promise<void> => {
    const leaf = await mintLeaf(authority, host, at);
    ready.set(host, { leaf, context: contextOf(leaf) });
  };
  await Promise.all(hosts.map((host) => mint(host, now)));
  return {
    contextFor: (host) => ready.get(host)?.context,
    async renew(at) {
      const due = hosts.filter((host) => {
        const leaf = ready.get(host)?.leaf;
        return leaf !== undefined && isDue(leaf, authority, at);
      });
      await Promise.all(due.map((host) => mint(host, at)));
      return due;
    },
  };
}

function contextOf(leaf: Leaf): SecureContext {
  return createSecureContext({
    cert: leaf.pem,
    key: leaf.key.export({ type: 'pkcs8', format: 'pem' }),
    minVersion: 'TLSv1.2',
  });
}

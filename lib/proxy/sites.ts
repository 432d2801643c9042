import type { Authority } from '../ca/authority.ts';
import { type Leaves, mintLeaves } from '../ca/leaves.ts';
import type { HostPolicy, Settings } from '../config/types.ts';
import { grammarOf } from '../providers/grammar.ts';
import type { Dial } from './dial.ts';
import type { Site } from './intercept.ts';
import { createUpstream } from './upstream.ts';

/** The permitted hosts, ready to be opened. */
export interface Sites {
  readonly byHost: ReadonlyMap<string, Site>;
  readonly leaves: Leaves;
  /** Resets every connection to a provider. */
  cut(): void;
  close(): void;
}

/** Mints all leaves, so that no first connection waits for one. */
export async function openSites(
  hosts: HostPolicy,
  authority: Authority,
  dial: Dial,
  limits: Settings['limits'],
): Promise<Sites> {
  const names = hosts.hosts.map(({ host }) => host);
  const leaves = await mintLeaves(authority, names, Date.now());
  const byHost = new Map<string, Site>();
  for (const host of hosts.hosts) {
    byHost.set(host.host, {
      host,
      grammar: grammarOf(host.sseHandler),
      upstream: createUpstream(host, dial, limits),
      certificate: () => {
        const context = leaves.contextFor(host.host);
        if (context === undefined) throw new Error(`no leaf for ${host.host}`);
        return context;
      },
    });
  }
  return {
    byHost,
    leaves,
    cut() {
      for (const { upstream } of byHost.values()) upstream.cut();
    },
    close() {
      for (const { upstream } of byHost.values()) upstream.close();
    },
  };
}

import type { AuditLog } from '../audit/types.ts';
import type { HostPolicy } from '../config/types.ts';
import { WaterwallError } from '../errors.ts';
import { isKnownProvider } from '../providers/known-hosts.ts';
import type { Authority } from './authority.ts';
import type { Dial } from './dial.ts';
import type { Interceptor, Site } from './intercept.ts';
import { notPermitted, type Router } from './listener.ts';
import type { Live } from './live.ts';
import type { Observer } from './observer.ts';
import { runTunnel } from './tunnel.ts';

/** What routing needs of the daemon. */
export interface RouterParts {
  /** Absent where `permitted_hosts.yaml` is bad; then `hostsFailure` says why. */
  readonly hosts: HostPolicy | undefined;
  readonly hostsFailure: WaterwallError | undefined;
  readonly sites: ReadonlyMap<string, Site>;
  readonly interceptor: Interceptor;
  readonly gate: () => Promise<void>;
  /** The same look, without waiting. */
  readonly gateNow: () => void;
  readonly dial: Dial;
  readonly live: Live;
  readonly audit: AuditLog;
  readonly observer: Pick<Observer, 'tunnelOpened' | 'tunnelClosed'>;
  /** A host name as state and log may show it. */
  readonly shown: (host: string) => string;
}

/** The only port that unlisted hosts are reached on. */
const HTTPS = 443;

/**
 * Decides over each CONNECT: a permitted host is opened (its requests meet the gate one by one, so
 * that the agent is told why in its API's own words), another one is piped blind or refused.
 */
export function createRouter(parts: RouterParts): Router {
  return async (authority) => {
    const { hosts, dial, live } = parts;
    if (hosts === undefined) throw configError(parts.hostsFailure);
    const site = parts.sites.get(authority.host);
    if (site !== undefined && site.host.port === authority.port) {
      return { kind: 'open', start: (client) => parts.interceptor.open(client, site) };
    }
    if (site !== undefined || isKnownProvider(authority.host) || !mayTunnel(hosts, authority)) {
      throw notPermitted(`${authority.host}:${authority.port}`, 'is not permitted');
    }
    // Names go to resolvers, to other proxies and into our own log.
    const shown = parts.shown(authority.host);
    if (shown !== authority.host) throw secretInHost(shown);
    await parts.gate();
    await parts.audit.append('tunnel', { host: authority.host, port: authority.port });
    return {
      kind: 'tunnel',
      run: (client, established) =>
        runTunnel(
          client,
          authority,
          { dial, live, gate: parts.gateNow },
          {
            onOpen: () => {
              parts.observer.tunnelOpened(authority.host);
              established();
            },
            onClose: parts.observer.tunnelClosed,
          },
        ),
    };
  };
}

function mayTunnel(hosts: HostPolicy, authority: Authority): boolean {
  if (authority.port !== HTTPS) return false;
  if (hosts.unlistedHosts === 'tunnel') return true;
  return hosts.tunnel.some((entry) =>
    entry.startsWith('*.') ? authority.host.endsWith(entry.slice(1)) : authority.host === entry,
  );
}

function secretInHost(shown: string): WaterwallError<'host-not-permitted'> {
  return new WaterwallError('host-not-permitted', `${shown} is a host name that holds a secret`, {
    fix: 'take the secret out of the name: names are seen by resolvers and proxies on the way',
  });
}

function configError(cause: WaterwallError | undefined): WaterwallError {
  return new WaterwallError(
    'config-error',
    cause?.message ?? 'the list of permitted hosts is bad',
    {
      fix: cause?.fix ?? 'mend permitted_hosts.yaml and restart',
      cause,
    },
  );
}

import { connect } from 'node:tls';
import { loadHosts } from '../../config/load/hosts.ts';
import { loadSettings } from '../../config/load/settings.ts';
import type { Homes, PermittedHost } from '../../config/types.ts';
import { WaterwallError } from '../../errors.ts';
import { type Dial, dialFor } from '../../proxy/dial.ts';
import { killSwitchAtRest } from '../killswitch-at-rest.ts';
import { ok, type Verdict, warn } from './check.ts';

/** For all hosts together; an operator waits for it. */
const PATIENCE = 5000;

/** Whether a trusted TLS connection to each permitted host comes up. Nothing is sent through it. */
export async function upstreamReachable(homes: Homes): Promise<Verdict> {
  const way = wayOut(homes);
  if ('status' in way) return way;
  const stopped = killSwitchAtRest(homes).length > 0;
  return reachUpstreams(way.hosts, way.dial, stopped, AbortSignal.timeout(PATIENCE));
}

/** Other checks tell as a failure what is wrong with these files. */
function wayOut(homes: Homes): { hosts: readonly PermittedHost[]; dial: Dial } | Verdict {
  try {
    const { upstreamProxy } = loadSettings(homes);
    return { hosts: loadHosts(homes).hosts, dial: dialFor(upstreamProxy) };
  } catch (error) {
    if (!(error instanceof WaterwallError)) throw error;
    return warn(`not tried: ${error.message}`, error.fix);
  }
}

/** @param stopped - the kill switch is engaged: then nothing may leave, not even this */
export async function reachUpstreams(
  hosts: readonly PermittedHost[],
  dial: Dial,
  stopped: boolean,
  signal: AbortSignal,
): Promise<Verdict> {
  if (stopped) {
    return warn(
      'not tried: the kill switch is engaged',
      'see how to clear it with `waterwall killswitch status`',
    );
  }
  const failures = await Promise.all(
    hosts.map(async (host) => ({ host: host.host, code: await tryHost(host, dial, signal) })),
  );
  const failed = failures.filter(({ code }) => code !== undefined);
  if (failed.length === 0) return ok(`all ${hosts.length} permitted hosts, over trusted TLS`);
  const told = failed.map(({ host, code }) => `${host} (${code})`).join(', ');
  return warn(
    `no trusted connection to ${told}`,
    failed.length === hosts.length
      ? 'check the network, the name resolution and `upstream_proxy` in config.yaml'
      : 'check `upstream` and `upstream_ca` of these hosts in permitted_hosts.yaml, and the network',
  );
}

/** @returns why it did not come up; undefined where it did */
function tryHost(
  host: PermittedHost,
  dial: Dial,
  signal: AbortSignal,
): Promise<string | undefined> {
  const target = host.upstream ?? { host: host.host, port: host.port };
  return new Promise((resolve) => {
    const settle = (reason: string | undefined): void => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      resolve(reason);
    };
    const onAbort = (): void => settle('no answer in time');
    const socket = dial(target, (error, connected) => {
      if (connected === undefined) return settle(reasonOf(error));
      const secure = connect({
        socket: connected,
        servername: host.host,
        ALPNProtocols: ['http/1.1'],
        ...(host.upstreamCa === undefined ? {} : { ca: host.upstreamCa }),
      });
      secure.once('secureConnect', () => settle(undefined));
      secure.on('error', (failure) => settle(reasonOf(failure)));
    });
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
  });
}

function reasonOf(error: Error | undefined): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? error?.message ?? 'no connection';
}

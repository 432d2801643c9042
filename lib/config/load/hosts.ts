import { X509Certificate } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { WaterwallError } from '../../errors.ts';
import { providerCoveredBy } from '../../providers/known-hosts.ts';
import type { ApiName } from '../../providers/types.ts';
import { filesOf } from '../files.ts';
import { deepFreeze } from '../freeze.ts';
import type { Homes, HostPolicy, PermittedHost } from '../types.ts';
import { type ConfigDocument, parseConfig, readText } from './document.ts';
import { hostnameProblem } from './hostname.ts';

interface RawHost {
  host: string;
  port?: number;
  sse_handler: ApiName;
  upstream?: string;
  upstream_ca?: string;
}

/** `permitted_hosts.yaml` as its schema fixes it. */
interface RawHosts {
  hosts: RawHost[];
  unlisted_hosts?: HostPolicy['unlistedHosts'];
  tunnel?: string[];
}

type Document = ConfigDocument<RawHosts>;

/**
 * Reads `permitted_hosts.yaml`.
 *
 * @throws WaterwallError `file-missing`, `config-invalid`
 */
export function loadHosts(homes: Homes): HostPolicy {
  return loadHostsFile(filesOf(homes).hosts, homes.config);
}

/**
 * Reads a host list that lies elsewhere (`regen-ca --hosts-file`).
 *
 * @param base - the folder that relative paths in it start from
 */
export function loadHostsFile(file: string, base = dirname(file)): HostPolicy {
  const text = readText(file);
  if (text === undefined) {
    throw new WaterwallError('file-missing', `${file} is missing`, {
      fix: 'restore the list of permitted hosts, or write a new one as docs/deploy.md shows',
      details: { file },
    });
  }
  const document = parseConfig<RawHosts>('permitted_hosts', file, text);
  const { hosts, unlisted_hosts, tunnel } = document.value;
  const seen = new Set<string>();
  const permitted = hosts.map((raw, index) => {
    const host = toHost(document, raw, index, base);
    if (seen.has(host.host)) {
      throw document.reject(['hosts', index, 'host'], `${host.host} is listed a second time`);
    }
    seen.add(host.host);
    return host;
  });
  return deepFreeze({
    hosts: permitted,
    unlistedHosts: unlisted_hosts ?? 'tunnel',
    tunnel: (tunnel ?? []).map((entry, index) => toTunnel(document, entry, index, seen)),
  });
}

function toHost(document: Document, raw: RawHost, index: number, base: string): PermittedHost {
  const problem = hostnameProblem(raw.host);
  if (problem) throw document.reject(['hosts', index, 'host'], problem);
  return {
    host: raw.host.toLowerCase(),
    port: raw.port ?? 443,
    sseHandler: raw.sse_handler,
    ...(raw.upstream === undefined ? {} : { upstream: toUpstream(document, raw.upstream, index) }),
    ...(raw.upstream_ca === undefined
      ? {}
      : { upstreamCa: readRoots(document, resolve(base, raw.upstream_ca), index) }),
  };
}

function toUpstream(document: Document, given: string, index: number) {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const bare = url && url.pathname === '/' && url.search + url.hash + url.username === '';
  if (url?.protocol !== 'https:' || !bare || url.password !== '') {
    const what = 'must be https://HOST[:PORT], without path, query or credentials';
    throw document.reject(['hosts', index, 'upstream'], what);
  }
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 443) };
}

/** The text of a PEM file in which every certificate parses. */
function readRoots(document: Document, file: string, index: number): string {
  const path = ['hosts', index, 'upstream_ca'];
  const text = readText(file);
  if (text === undefined) throw document.reject(path, `${file} is missing`);
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  const parses = (pem: string): boolean => {
    try {
      return new X509Certificate(pem).raw.length > 0;
    } catch {
      return false;
    }
  };
  if (blocks.length === 0 || !blocks.every(parses)) {
    throw document.reject(path, `${file} holds no valid PEM certificates`);
  }
  return `${blocks.join('\n')}\n`;
}

function toTunnel(
  document: Document,
  entry: string,
  index: number,
  permitted: ReadonlySet<string>,
): string {
  const path = ['tunnel', index];
  const name = entry.toLowerCase();
  const problem = hostnameProblem(name.replace(/^\*\./, ''));
  if (problem) {
    throw document.reject(path, problem, 'tunnel entries are host names or *.suffix');
  }
  if (permitted.has(name)) throw document.reject(path, 'is a permitted host, which is opened');
  const provider = providerCoveredBy(name);
  if (provider !== undefined) {
    throw document.reject(
      path,
      `covers the model provider ${provider}, whose traffic must not pass unopened`,
      `Name the hosts to tunnel one by one, or add ${provider} under hosts and run \`waterwall regen-ca\`.`,
    );
  }
  return name;
}

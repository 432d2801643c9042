import { isAbsolute } from 'node:path';
import { DEFAULT_SETTINGS } from '../defaults.ts';
import { filesOf } from '../files.ts';
import { deepFreeze } from '../freeze.ts';
import { formatDuration, parseDuration, parseSize } from '../quantity.ts';
import type { Homes, Settings } from '../types.ts';
import { isLoopback, parseAddress } from './address.ts';
import { type ConfigDocument, parseConfig, readText } from './document.ts';

/** `config.yaml` as its schema fixes it. */
interface RawSettings {
  kill_switch?: boolean;
  listen?: string;
  listen_anyway?: boolean;
  session_key?: Settings['sessionKey'];
  store?: {
    capacity?: number;
    bytes?: string | number;
    ttl?: string;
    persist?: Settings['store']['persist'];
  };
  limits?: {
    body?: string | number;
    response_body?: string | number;
    event?: string | number;
    headers?: string | number;
    handshake_timeout?: string;
    header_timeout?: string;
    connections?: number;
  };
  shutdown_grace?: string;
  upstream_proxy?: string;
  refusal_status?: 'auto' | number;
  metrics?: { listen?: string };
  dashboard?: { latency_budget?: string };
  log?: Partial<Settings['log']>;
  audit?: {
    checkpoint_lines?: number;
    checkpoint_interval?: string;
    session_idle?: string;
    retention?: string;
    signer_timeout?: string;
    key_epoch?: string;
    signer?: string;
    anchor?: Settings['audit']['anchor'];
  };
}

type Document = ConfigDocument<RawSettings>;
type Path = readonly string[];

/** What `config.yaml` says, with defaults. Without the file, the defaults. */
export function loadSettings(homes: Homes): Settings {
  return readSettings(homes).settings;
}

/** Like {@link loadSettings}, together with the file, for telling where a value came from. */
export function readSettings(homes: Homes): { settings: Settings; document: Document } {
  const { settings: file } = filesOf(homes);
  const document = parseConfig<RawSettings>('config', file, readText(file) ?? '');
  return { settings: deepFreeze(toSettings(document)), document };
}

/** The settings of a text that was read already; `file` is its name in errors. */
export function parseSettings(file: string, text: string): Settings {
  return deepFreeze(toSettings(parseConfig<RawSettings>('config', file, text)));
}

function toSettings(document: Document): Settings {
  const raw = document.value;
  const base = DEFAULT_SETTINGS;
  const size = sizeReader(document);
  const time = timeReader(document);
  const listenAnyway = raw.listen_anyway ?? base.listenAnyway;
  const listen = listenReader(document, listenAnyway);
  const metrics =
    raw.metrics?.listen === 'off'
      ? undefined
      : listen(['metrics', 'listen'], raw.metrics?.listen, base.metrics.listen);
  return {
    killSwitch: raw.kill_switch ?? base.killSwitch,
    listen: listen(['listen'], raw.listen, base.listen),
    listenAnyway,
    sessionKey: raw.session_key ?? base.sessionKey,
    store: {
      capacity: raw.store?.capacity ?? base.store.capacity,
      bytes: size(['store', 'bytes'], raw.store?.bytes, base.store.bytes),
      ttl: time(['store', 'ttl'], raw.store?.ttl, base.store.ttl),
      persist: raw.store?.persist ?? base.store.persist,
    },
    limits: {
      body: size(['limits', 'body'], raw.limits?.body, base.limits.body),
      responseBody: size(
        ['limits', 'response_body'],
        raw.limits?.response_body,
        base.limits.responseBody,
      ),
      event: size(['limits', 'event'], raw.limits?.event, base.limits.event),
      headers: size(['limits', 'headers'], raw.limits?.headers, base.limits.headers),
      handshakeTimeout: time(
        ['limits', 'handshake_timeout'],
        raw.limits?.handshake_timeout,
        base.limits.handshakeTimeout,
      ),
      headerTimeout: time(
        ['limits', 'header_timeout'],
        raw.limits?.header_timeout,
        base.limits.headerTimeout,
      ),
      connections: raw.limits?.connections ?? base.limits.connections,
    },
    shutdownGrace: time(['shutdown_grace'], raw.shutdown_grace, base.shutdownGrace),
    ...(raw.upstream_proxy === undefined ? {} : { upstreamProxy: proxyUrl(document) }),
    refusalStatus: raw.refusal_status ?? base.refusalStatus,
    metrics: metrics === undefined ? {} : { listen: metrics },
    dashboard: {
      latencyBudget: time(
        ['dashboard', 'latency_budget'],
        raw.dashboard?.latency_budget,
        base.dashboard.latencyBudget,
      ),
    },
    log: {
      level: raw.log?.level ?? base.log.level,
      format: raw.log?.format ?? base.log.format,
    },
    audit: {
      checkpointLines: raw.audit?.checkpoint_lines ?? base.audit.checkpointLines,
      checkpointInterval: time(
        ['audit', 'checkpoint_interval'],
        raw.audit?.checkpoint_interval,
        base.audit.checkpointInterval,
      ),
      sessionIdle: time(['audit', 'session_idle'], raw.audit?.session_idle, base.audit.sessionIdle),
      signerTimeout: time(
        ['audit', 'signer_timeout'],
        raw.audit?.signer_timeout,
        base.audit.signerTimeout,
      ),
      ...timeOrOff(document, 'retention', 'retention', undefined, DAY),
      ...timeOrOff(document, 'key_epoch', 'keyEpoch', usualKeyEpoch(document), SECOND),
      ...signerSocket(document),
      ...anchorOf(document),
    },
  };
}

/** The shortest retention: the log of a day is what anybody asks for first. */
const DAY = 24 * 60 * 60_000;

/** The shortest key epoch: each leaves a receipt that every verification of the log reads. */
const SECOND = 1000;

/** A witness knows the keys that it was told of: it would take no checkpoint by the next one. */
function usualKeyEpoch(document: Document): number | undefined {
  const { anchor } = document.value.audit ?? {};
  const hasWitness = typeof anchor === 'object' && 'witness' in anchor;
  return hasWitness ? undefined : DEFAULT_SETTINGS.audit.keyEpoch;
}

/** A time that may be `off`: then the setting is absent. */
function timeOrOff<Name extends 'retention' | 'keyEpoch'>(
  document: Document,
  key: 'retention' | 'key_epoch',
  name: Name,
  usual: number | undefined,
  shortest: number,
): { readonly [name in Name]?: number } {
  const text = document.value.audit?.[key];
  const time = text === undefined ? usual : parseDuration(text);
  if (text === 'off' || (text === undefined && time === undefined)) return {};
  if (time !== undefined && time >= shortest) {
    return { [name]: time } as { readonly [name in Name]: number };
  }
  const least = formatDuration(shortest);
  throw document.reject(['audit', key], `must be a time of at least ${least}, or off`);
}

function anchorOf(document: Document): Pick<Settings['audit'], 'anchor'> {
  const { anchor } = document.value.audit ?? {};
  if (anchor === undefined) return {};
  if (typeof anchor === 'object' && 'witness' in anchor) {
    const path = ['audit', 'anchor', 'witness'];
    if (!/^https?:\/\/[^?#]+$/.test(anchor.witness.url) || !URL.canParse(anchor.witness.url)) {
      throw document.reject([...path, 'url'], 'must be the URL that its submissions begin with');
    }
    if (!/^[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*$/.test(anchor.witness.key)) {
      throw document.reject([...path, 'key'], 'must be its public key, a vkey: name+id+key');
    }
    return { anchor };
  }
  if (typeof anchor !== 'string' || isAbsolute(anchor)) return { anchor };
  throw document.reject(
    ['audit', 'anchor'],
    'must be the absolute path of a file, a command as a list: [program, argument, …], or { witness: { url: …, key: … } }',
  );
}

/** Nothing where the daemon starts its signer itself. */
function signerSocket(document: Document): { signerSocket?: string } {
  const { signer = 'child' } = document.value.audit ?? {};
  if (signer === 'child') return {};
  if (isAbsolute(signer)) return { signerSocket: signer };
  throw document.reject(
    ['audit', 'signer'],
    'must be child, or the absolute path of the socket on which `waterwall signer` listens',
  );
}

function sizeReader(document: Document) {
  return (path: Path, given: string | number | undefined, otherwise: number): number => {
    if (given === undefined) return otherwise;
    const size = parseSize(given);
    if (size === undefined || size < 1) {
      throw document.reject(path, 'must be a whole number of bytes, at least 1 (e.g. 64MiB)');
    }
    return size;
  };
}

/** What timers of Node can hold; a longer one would fire at once. */
const LONGEST = 2 ** 31 - 1;

function timeReader(document: Document) {
  return (path: Path, given: string | undefined, otherwise: number): number => {
    if (given === undefined) return otherwise;
    const time = parseDuration(given);
    if (time === undefined || time > LONGEST) {
      throw document.reject(path, 'must be a whole number of milliseconds below 24 days');
    }
    return time;
  };
}

type Address = Settings['listen'];

function listenReader(document: Document, anyway: boolean) {
  return <Otherwise extends Address | undefined>(
    path: Path,
    given: string | undefined,
    otherwise: Otherwise,
  ): Address | Otherwise => {
    if (given === undefined) return otherwise;
    const address = parseAddress(given);
    if (!address) throw document.reject(path, 'must be HOST:PORT, e.g. 127.0.0.1:8888');
    if (!anyway && !isLoopback(address.host)) {
      throw document.reject(
        path,
        'is no loopback address: whoever reaches it could use the proxy',
        'listen on 127.0.0.1, or set listen_anyway: true where the network is trusted',
      );
    }
    return address;
  };
}

function proxyUrl(document: Document): string {
  const given = document.value.upstream_proxy ?? '';
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url?.protocol !== 'http:' || url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw document.reject(['upstream_proxy'], 'must be http://HOST:PORT of an HTTP proxy');
  }
  return given;
}

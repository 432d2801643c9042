import http from 'node:http';
import type net from 'node:net';
import { isRefusal, WaterwallError } from '../errors.ts';
import { isKnownProvider } from '../providers/known-hosts.ts';
import { type Authority, parseAuthority } from './authority.ts';
import { endWith } from './last-words.ts';
import { refuseConnect } from './refuse.ts';

/** What becomes of a CONNECT. */
export type Route =
  | { readonly kind: 'open'; readonly start: (client: net.Socket) => Promise<unknown> }
  | {
      readonly kind: 'tunnel';
      /** Calls back when the CONNECT is to be answered; settles when the tunnel has ended. */
      readonly run: (client: net.Socket, established: () => void) => Promise<void>;
    };

/** Decides over a CONNECT; throws a refusal. */
export type Router = (authority: Authority) => Promise<Route>;

/** How often connections are looked at that are slow with their headers; Node's own is 30 s. */
const CHECK_EVERY = 5_000;

const ESTABLISHED = 'HTTP/1.1 200 Connection Established\r\n\r\n';

const CONNECT_ONLY = {
  error: {
    message: 'Waterwall: this is an HTTPS proxy; it takes CONNECT only.',
    code: 'method-not-allowed',
  },
  fix: 'set HTTPS_PROXY to this address (`waterwall env` prints the variables), not a base URL',
};

/**
 * The listener that agents are pointed at: CONNECT, and nothing else.
 *
 * @param onRefused - told of each refused CONNECT
 * @param onFault - told of what no client can be told
 */
export function createListener(
  route: Router,
  limits: { headers: number; headerTimeout: number; connections: number },
  onRefused: (code: string, host: string | undefined) => void,
  onFault: (error: unknown) => void,
): http.Server {
  const server = http.createServer({
    headersTimeout: limits.headerTimeout,
    requestTimeout: limits.headerTimeout,
    connectionsCheckingInterval: Math.min(limits.headerTimeout, CHECK_EVERY),
    maxHeaderSize: limits.headers,
  });
  server.maxConnections = limits.connections;
  server.on('request', (_request, response) => {
    const body = JSON.stringify(CONNECT_ONLY);
    response.writeHead(405, {
      allow: 'CONNECT',
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      connection: 'close',
    });
    response.end(body);
  });
  server.on('upgrade', (_request, socket) => socket.destroy());
  server.on('clientError', (_error, socket) => {
    endWith(socket, 'HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n');
  });
  server.on('connect', (request, socket, head) => {
    // A CONNECT's socket is the TCP socket itself.
    const client = socket as net.Socket;
    client.on('error', () => client.destroy());
    client.setNoDelay(true);
    client.pause();
    if (head.length > 0) client.unshift(head);
    connect(client, request.url ?? '', route, onRefused).catch((error: unknown) => {
      if (!isRefusal(error)) onFault(error);
      client.destroy();
    });
  });
  return server;
}

async function connect(
  client: net.Socket,
  target: string,
  route: Router,
  onRefused: (code: string, host: string | undefined) => void,
): Promise<void> {
  const authority = parseAuthority(target);
  let answered = false;
  const established = (): void => {
    answered = true;
    client.write(ESTABLISHED);
  };
  try {
    if (authority === undefined) throw notPermitted(target, 'is no host name with a port');
    const decision = await route(authority);
    if (client.destroyed) return;
    if (decision.kind === 'tunnel') return await decision.run(client, established);
    established();
    await decision.start(client);
  } catch (error) {
    if (isRefusal(error)) onRefused(error.code, authority?.host);
    if (answered || !isRefusal(error)) throw error;
    refuseConnect(client, error, CONNECT_STATUS[error.code] ?? 502);
  }
}

const CONNECT_STATUS: Readonly<Record<string, number>> = {
  'host-not-permitted': 403,
  'host-mismatch': 421,
};

/** @param target - as the client wrote it; shown shortened and without control characters */
export function notPermitted(target: string, why: string): WaterwallError<'host-not-permitted'> {
  const shown = target.slice(0, 80).replace(/[^\x21-\x7e]/g, '?');
  return new WaterwallError('host-not-permitted', `${shown} ${why}`, {
    fix: isKnownProvider(shown.replace(/:\d+$/, ''))
      ? `add a line to permitted_hosts.yaml: - { host: ${shown.replace(/:\d+$/, '')}, sse_handler: openai }, then run waterwall regen-ca and restart`
      : 'permit it in permitted_hosts.yaml, or set unlisted_hosts: tunnel',
  });
}

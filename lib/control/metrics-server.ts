import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isIP } from 'node:net';
import { formatAddress, isLoopback } from '../config/load/address.ts';
import { WaterwallError } from '../errors.ts';
import { type AdminRoutes, adminError, type Reply } from './admin-protocol.ts';
import { respond } from './admin-reply.ts';

export interface MetricsServerOptions {
  readonly listen: { readonly host: string; readonly port: number };
  /** Only what is asked for by GET is served. */
  readonly routes: AdminRoutes;
  /** A handler threw: a programming error; the client got a 500. */
  onFault(error: unknown): void;
}

export interface MetricsServer {
  readonly address: { readonly host: string; readonly port: number };
  close(): Promise<void>;
}

const LIMITS = {
  maxHeaderSize: 8 * 1024,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
} as const;
const CONNECTIONS = 32;

/**
 * Serves health and metrics over TCP: what a scraper or a load balancer needs, and nothing that
 * changes anything. The admin channel proper is on the Unix socket alone.
 *
 * @throws WaterwallError `address-in-use` or `io-error`
 */
export function startMetricsServer(options: MetricsServerOptions): Promise<MetricsServer> {
  const { listen, routes, onFault } = options;
  const server = createServer(LIMITS);
  server.maxConnections = CONNECTIONS;
  server.on('request', (request, response) => {
    response.setHeader('x-content-type-options', 'nosniff');
    // No body is ever read here, so that nothing of one is taken for the next request.
    if (request.method === 'POST') response.setHeader('connection', 'close');
    void respond(request, response, answer(request, listen.host, routes), onFault);
  });
  return new Promise((resolve, reject) => {
    const onError = (cause: NodeJS.ErrnoException): void => reject(cannotListen(listen, cause));
    server.once('error', onError);
    server.listen(listen.port, listen.host, () => {
      server.off('error', onError);
      server.on('error', onFault);
      const { address, port } = server.address() as AddressInfo;
      resolve({
        address: { host: address, port },
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          }),
      });
    });
  });
}

async function answer(
  request: IncomingMessage,
  listensOn: string,
  routes: AdminRoutes,
): Promise<Reply> {
  const { method, url = '', headers } = request;
  if (!isExpectedHost(headers.host ?? '', listensOn)) {
    return adminError(421, 'host-mismatch', 'the Host header names another host', {
      fix: 'ask for it as 127.0.0.1 or localhost',
    });
  }
  const path = url.split('?', 1)[0] ?? '';
  const handler = Object.hasOwn(routes, path) ? routes[path]?.['GET'] : undefined;
  if (handler === undefined) return adminError(404, 'not-found', 'there are /healthz and /metrics');
  if (method !== 'GET' && method !== 'HEAD') {
    const reply = adminError(405, 'method-not-allowed', `${path} takes GET`);
    return { ...reply, headers: { allow: 'GET, HEAD' } };
  }
  return handler({ body: undefined, query: new URLSearchParams(), events: false });
}

/**
 * A page whose name was made to resolve to this machine (DNS rebinding) sends its own name as Host.
 * Loopback names are ours; on a network an address is too, as no name stands behind it.
 */
function isExpectedHost(header: string, listensOn: string): boolean {
  const name = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::\d{1,5})?$/i.exec(header)?.[1]?.toLowerCase();
  if (name === undefined) return false;
  const host = name.replace(/^\[|\]$/g, '');
  if (isLoopback(host)) return true;
  return !isLoopback(listensOn) && (isIP(host) !== 0 || host === listensOn);
}

function cannotListen(
  listen: MetricsServerOptions['listen'],
  cause: NodeJS.ErrnoException,
): WaterwallError {
  const taken = cause.code === 'EADDRINUSE';
  return new WaterwallError(
    taken ? 'address-in-use' : 'io-error',
    `metrics cannot be served on ${formatAddress(listen)} (${cause.code ?? 'unknown error'})`,
    {
      fix: 'set another metrics.listen in config.yaml, or off, and restart; the admin socket has them too',
      cause,
    },
  );
}

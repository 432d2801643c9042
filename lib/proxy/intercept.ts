import http from 'node:http';
import type net from 'node:net';
import tls from 'node:tls';
import type { PermittedHost, Settings } from '../config/types.ts';
import type { ApiGrammar } from '../providers/types.ts';
import { runExchange } from './exchange.ts';
import type { ExchangeContext, Opened } from './exchange-context.ts';
import { ANY_COUNT } from './headers.ts';
import { endWith } from './last-words.ts';
import { settledWithin } from './settled-within.ts';
import type { Upstream } from './upstream.ts';
import type { Bridge } from './websocket/bridge.ts';
import { isOpening } from './websocket/handshake.ts';
import { runUpgrade } from './websocket/upgrade.ts';

/** A permitted host, ready to be opened. */
export interface Site {
  readonly host: PermittedHost;
  readonly grammar: ApiGrammar;
  readonly upstream: Upstream;
  /** The certificate that we show; asked for each handshake, as it is renewed. */
  readonly certificate: () => tls.SecureContext;
}

/** Ends the TLS of clients and answers what comes through it. */
export interface Interceptor {
  /** Takes over a client's connection after its CONNECT has been answered. */
  open(client: net.Socket, site: Site): Promise<unknown>;
  /** No further request on any connection; idle ones are closed, WebSockets after their answer. */
  stop(): void;
  /** Ends every connection, after what was written to it. */
  close(): Promise<void>;
}

/** Longer than any client keeps a connection, so that the client closes first and no request races it. */
const KEEP_ALIVE = 120_000;

/** How long clients may take to hear why their streams end. */
const LAST_WORDS = 1_000;

const BAD_REQUEST = 'HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n';
const HEADERS_TOO_LARGE =
  'HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n';
const NO_OPENING =
  'HTTP/1.1 400 Bad Request\r\nsec-websocket-version: 13\r\nconnection: close\r\ncontent-length: 0\r\n\r\n';
const UNAVAILABLE =
  'HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n';
const NOT_IMPLEMENTED =
  'HTTP/1.1 501 Not Implemented\r\nconnection: close\r\ncontent-length: 0\r\n\r\n';

/** How often connections are looked at that are slow with their headers; Node's own is 30 s. */
const CHECK_EVERY = 5_000;

export function createInterceptor(
  context: ExchangeContext,
  limits: Settings['limits'],
): Interceptor {
  const opened = new WeakMap<net.Socket, Opened>();
  const clients = new Set<tls.TLSSocket>();
  const bridges = new Set<Bridge>();
  let sockets = 0;
  let stopping = false;

  const server = http.createServer({
    requestTimeout: 0,
    headersTimeout: limits.headerTimeout,
    connectionsCheckingInterval: Math.min(limits.headerTimeout, CHECK_EVERY),
    keepAliveTimeout: KEEP_ALIVE,
    maxHeaderSize: limits.headers,
  });
  server.maxHeadersCount = ANY_COUNT;
  // Node watches over header timeouts only in servers that listen; this one is handed its connections.
  server.emit('listening');

  server.on('request', (request, response) => {
    const site = opened.get(request.socket);
    if (site === undefined) return response.destroy();
    if (stopping) response.setHeader('connection', 'close');
    return void runExchange(request, response, site, context);
  });
  server.on('upgrade', (request, socket, head) => {
    const site = opened.get(request.socket);
    if (site === undefined) return socket.destroy();
    if (!/^websocket$/i.test(request.headers.upgrade ?? ''))
      return endWith(socket, NOT_IMPLEMENTED);
    if (!isOpening(request)) return endWith(socket, NO_OPENING);
    if (stopping) return endWith(socket, UNAVAILABLE);
    return void runUpgrade(request, request.socket, head, site, context, {
      begin: (bridge) => {
        bridges.add(bridge);
        if (stopping) bridge.retire();
      },
      end: (bridge) => bridges.delete(bridge),
    });
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET') socket.destroy();
    else endWith(socket, error.code === 'HPE_HEADER_OVERFLOW' ? HEADERS_TOO_LARGE : BAD_REQUEST);
  });

  return {
    async open(client, site) {
      if (!(await hasBytes(client, limits.handshakeTimeout))) return client.destroy();
      const secure = new tls.TLSSocket(client, {
        isServer: true,
        secureContext: site.certificate(),
        ALPNProtocols: ['http/1.1'],
        // Without a callback Node does not keep the client's server name.
        SNICallback: (_name, done) => done(null, site.certificate()),
      });
      const timer = setTimeout(() => secure.destroy(), limits.handshakeTimeout);
      clients.add(secure);
      // Each exchange listens for its end, and a client may have many under way.
      secure.setMaxListeners(0);
      secure.on('error', () => secure.destroy());
      secure.once('close', () => {
        clearTimeout(timer);
        clients.delete(secure);
      });
      secure.once('secure', () => {
        clearTimeout(timer);
        const serverName = (secure as { servername?: string | false }).servername;
        opened.set(secure, {
          host: site.host,
          grammar: site.grammar,
          upstream: site.upstream,
          serverName: serverName || undefined,
          socket: ++sockets,
        });
        server.emit('connection', secure);
      });
    },
    stop() {
      stopping = true;
      server.closeIdleConnections();
      for (const bridge of bridges) bridge.retire();
    },
    async close() {
      server.close();
      const ended = [...clients].map((client) => {
        client.destroySoon();
        return new Promise((resolve) => client.once('close', resolve));
      });
      await settledWithin(Promise.all(ended), LAST_WORDS);
      for (const client of clients) client.destroy();
    },
  };
}

/**
 * Waits for a client's first bytes, so that one that leaves before its handshake is noticed when it
 * does: under TLS the end of a connection shows only to whoever reads.
 */
function hasBytes(client: net.Socket, timeout: number): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (): void => {
      clearTimeout(timer);
      client.off('readable', settle).off('end', settle).off('close', settle);
      resolve(client.readableLength > 0);
    };
    const timer = setTimeout(settle, timeout);
    client.on('readable', settle).on('end', settle).on('close', settle);
  });
}

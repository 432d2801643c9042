import { createServer, type IncomingMessage } from 'node:http';
import { type AdminRoutes, adminError, type Reply } from './admin-protocol.ts';
import { respond } from './admin-reply.ts';
import { listenOnSocket } from './admin-socket.ts';

/** What one client may take. */
export interface AdminLimits {
  /** Bytes of a request's body. */
  readonly body: number;
  /** Milliseconds until a request's header is complete. */
  readonly headerTimeout: number;
  /** Milliseconds until a request is complete. */
  readonly requestTimeout: number;
  readonly connections: number;
}

export const ADMIN_LIMITS: AdminLimits = {
  body: 64 * 1024,
  headerTimeout: 5_000,
  requestTimeout: 10_000,
  connections: 64,
};

const MAX_HEADER = 8 * 1024;

export interface AdminServerOptions {
  readonly socketPath: string;
  /**
   * A function may give undefined while the daemon is still starting (503): so that the socket,
   * which only one process can hold, is taken before the log is opened.
   */
  readonly routes: AdminRoutes | (() => AdminRoutes | undefined);
  /** 0600 unless the service's group may use it too (0660). */
  readonly mode?: number;
  readonly limits?: AdminLimits;
  /** A handler threw: a programming error; the client got a 500. */
  onFault(error: unknown): void;
}

export interface AdminServer {
  /** Stops listening, removes the socket and cuts what is still connected. */
  close(): Promise<void>;
}

/**
 * Serves the admin channel on its Unix socket; DESIGN §11.
 *
 * @throws WaterwallError `already-running` or `io-error`
 */
export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const limits = options.limits ?? ADMIN_LIMITS;
  const server = createServer({
    maxHeaderSize: MAX_HEADER,
    headersTimeout: limits.headerTimeout,
    requestTimeout: limits.requestTimeout,
    // Node looks for timed-out requests only this often.
    connectionsCheckingInterval: Math.min(1000, limits.headerTimeout),
    keepAliveTimeout: 5_000,
  });
  server.maxConnections = limits.connections;
  server.on('request', (request, response) => {
    void respond(request, response, answer(request, options.routes, limits), options.onFault);
  });
  await listenOnSocket(server, options.socketPath, options.mode ?? 0o600);
  server.on('error', options.onFault);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  given: AdminServerOptions['routes'],
  limits: AdminLimits,
): Promise<Reply> {
  const routes = typeof given === 'function' ? given() : given;
  if (routes === undefined) return adminError(503, 'starting', 'Waterwall is still starting');
  const url = parseTarget(request.url);
  if (url === undefined) return adminError(400, 'bad-request', 'the request target is not a path');
  const methods = Object.hasOwn(routes, url.pathname) ? routes[url.pathname] : undefined;
  if (methods === undefined) return adminError(404, 'not-found', `there is no ${url.pathname}`);
  const method = request.method ?? '';
  const handler = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (handler === undefined) {
    const allow = Object.keys(methods).join(', ');
    const reply = adminError(405, 'method-not-allowed', `${url.pathname} takes ${allow}`);
    return { ...reply, headers: { allow } };
  }
  const bytes = await readBody(request, limits.body);
  if (bytes === undefined) {
    return adminError(413, 'too-large', `the body has more than ${limits.body} bytes`);
  }
  const body = parseBody(bytes);
  if (body === INVALID) return adminError(400, 'bad-request', 'the body is not valid JSON');
  const events = /\btext\/event-stream\b/i.test(request.headers.accept ?? '');
  return handler({ body, query: url.searchParams, events });
}

function parseTarget(target: string | undefined): URL | undefined {
  if (target === undefined || !target.startsWith('/')) return undefined;
  return URL.canParse(`http://waterwall${target}`)
    ? new URL(`http://waterwall${target}`)
    : undefined;
}

/** @returns undefined where the body is larger than the limit; the rest is not read */
async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  // `destroyOnReturn: false`: the socket must live for the 413.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += (chunk as Buffer).length;
    if (length > limit) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

const INVALID = Symbol('not JSON');

function parseBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return INVALID;
  }
}

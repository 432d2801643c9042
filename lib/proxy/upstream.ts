import https from 'node:https';
import type net from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import type { PermittedHost, Settings } from '../config/types.ts';
import { WaterwallError } from '../errors.ts';
import { cutOff, type Dial } from './dial.ts';
import { ANY_COUNT } from './headers.ts';

/** A request as it goes upstream. */
export interface UpstreamRequest {
  readonly method: string;
  readonly target: string;
  /** name, value, name, value, … */
  readonly headers: readonly string[];
}

/** The connections to one permitted host. */
export interface Upstream {
  /**
   * Begins a request. The caller writes the body.
   *
   * @param fresh - on a connection of its own instead of a kept one
   */
  begin(request: UpstreamRequest, fresh: boolean): import('node:http').ClientRequest;
  /** Opens a connection of its own, for something else than requests. */
  connect(done: (error: Error | null, socket?: Duplex) => void): void;
  /** Resets every connection at once. */
  cut(): void;
  close(): void;
}

/** Idle connections to one host that are kept. */
const MAX_IDLE = 32;

/** Providers close idle connections after one to several minutes; ours go first. */
const IDLE_TIMEOUT = 55_000;

/**
 * @param host - whose certificate must be valid, whatever address `upstream` names
 * @param dial - how to get a TCP connection
 * @param limits - how long TLS may take to come up, in milliseconds; longest head of an answer
 */
export function createUpstream(
  host: PermittedHost,
  dial: Dial,
  limits: Pick<Settings['limits'], 'handshakeTimeout' | 'headers'>,
): Upstream {
  const target = host.upstream ?? { host: host.host, port: host.port };
  const sockets = new Set<net.Socket>();
  let session: Buffer | undefined;

  const connect = (done: (error: Error | null, socket?: Duplex) => void): void => {
    const dialling = dial(target, (error, socket) => {
      sockets.delete(dialling);
      if (socket === undefined) return done(unreachable(host.host, error));
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      const secure = tls.connect({
        socket,
        servername: host.host,
        ALPNProtocols: ['http/1.1'],
        ...(host.upstreamCa === undefined ? {} : { ca: host.upstreamCa }),
        ...(session === undefined ? {} : { session }),
      });
      secure.on('session', (ticket) => {
        session = ticket;
      });
      const settle = (failure?: Error): void => {
        clearTimeout(timer);
        secure.off('error', settle).off('close', onClose);
        if (failure === undefined) done(null, secure);
        else if (isLost(failure)) done(unreachable(host.host, failure));
        else done(untrusted(host.host, failure));
      };
      // A socket that is reset under its TLS closes without an error.
      const onClose = (): void => settle(new Error('the connection ended in the handshake'));
      const timer = setTimeout(
        () => secure.destroy(new Error('the handshake took too long')),
        limits.handshakeTimeout,
      );
      secure.once('error', settle).once('close', onClose);
      secure.once('secureConnect', () => settle());
    });
    sockets.add(dialling);
  };

  const agents = [true, false].map((keepAlive) => {
    const agent = new https.Agent({
      keepAlive,
      maxFreeSockets: MAX_IDLE,
      scheduling: 'lifo',
      timeout: IDLE_TIMEOUT,
    });
    // The Agent's documented extension point; its types allow only a synchronous answer.
    agent.createConnection = ((
      _options: unknown,
      done: (error: Error | null, socket?: Duplex) => void,
    ) => {
      connect(done);
    }) as unknown as typeof agent.createConnection;
    return agent;
  });
  const [kept, single] = agents as [https.Agent, https.Agent];

  return {
    begin(request, fresh) {
      const outgoing = https.request({
        host: host.host,
        port: host.port,
        method: request.method,
        path: request.target,
        headers: request.headers as string[],
        agent: fresh ? single : kept,
        setHost: false,
        maxHeaderSize: limits.headers,
      });
      outgoing.maxHeadersCount = ANY_COUNT;
      // Sockets of http.request never get TCP_NODELAY by themselves: 40 ms a request (Nagle).
      outgoing.setNoDelay(true);
      return outgoing;
    },
    connect,
    cut() {
      for (const socket of sockets) cutOff(socket);
    },
    close() {
      for (const agent of agents) agent.destroy();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** The connection did not come up. */
export function unreachable(host: string, cause: unknown): WaterwallError {
  return new WaterwallError(
    'upstream-unreachable',
    `${host} cannot be reached (${reasonOf(cause)})`,
    {
      fix: 'check the network and the name resolution of this machine, then try again',
      cause,
    },
  );
}

/** Whether the connection was lost in the handshake, which says nothing of who was at its end. */
function isLost(failure: NodeJS.ErrnoException): boolean {
  return failure.code === 'ECONNRESET' || failure.code === 'EPIPE';
}

function untrusted(host: string, cause: Error): WaterwallError {
  return new WaterwallError(
    'upstream-tls',
    `no trusted TLS connection to ${host} (${reasonOf(cause)})`,
    {
      fix: 'something between this machine and the provider speaks for it, or upstream_ca does not match: find out which before you go on',
      cause,
    },
  );
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'no connection';
  return (cause as NodeJS.ErrnoException).code ?? cause.message;
}

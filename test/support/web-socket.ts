import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type net from 'node:net';
import type { Duplex } from 'node:stream';
import { type ClientOptions, WebSocket, WebSocketServer } from 'ws';
import type { Provider } from './provider.ts';
import { type ProxyAddress, tlsTunnel } from './tunnel.ts';
import { until } from './until.ts';

/** How a client's connection ended. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** A WebSocket client behind the proxy, and what it got. */
export interface Client {
  readonly socket: WebSocket;
  readonly messages: string[];
  readonly closed: Promise<Closed>;
  /** Waits until so many messages came, or one that fits. */
  readonly got: (enough: number | ((message: string) => boolean)) => Promise<void>;
  readonly send: (message: object | string) => void;
}

/** What a client asks for. */
export interface OpenOptions extends ClientOptions {
  readonly host?: string;
  readonly path?: string;
  readonly protocols?: readonly string[];
}

/** Opens a WebSocket through the proxy; the answer to its handshake comes with it. */
export async function openWebSocket(
  proxy: ProxyAddress,
  { host = 'api.openai.com', path = '/v1/responses', protocols = [], ...options }: OpenOptions = {},
): Promise<Client & { readonly answer: IncomingMessage }> {
  const connection = await tlsTunnel(proxy, host);
  const socket = new WebSocket(`wss://${host}${path}`, [...protocols], {
    createConnection: (() => connection) as never,
    ...options,
  });
  const client = follow(socket);
  const [answer] = (await once(socket, 'upgrade')) as [IncomingMessage];
  if (socket.readyState !== WebSocket.OPEN) await once(socket, 'open');
  return { ...client, answer };
}

/** The plain answer to a handshake that is refused. */
export async function refusedWebSocket(
  proxy: ProxyAddress,
  options: OpenOptions = {},
): Promise<{ status: number; headers: IncomingMessage['headers']; text: string }> {
  const { host = 'api.openai.com', path = '/v1/responses', ...rest } = options;
  const connection = await tlsTunnel(proxy, host);
  const socket = new WebSocket(`wss://${host}${path}`, [], {
    createConnection: (() => connection) as never,
    ...rest,
  });
  const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  let text = '';
  for await (const part of answer.setEncoding('utf8')) text += part as string;
  connection.destroy();
  return { status: answer.statusCode ?? 0, headers: answer.headers, text };
}

function follow(socket: WebSocket): Client {
  const messages: string[] = [];
  socket.on('message', (data: Buffer) => messages.push(data.toString('utf8')));
  socket.on('error', () => {});
  const closed = new Promise<Closed>((resolve) =>
    socket.once('close', (code: number, reason: Buffer) =>
      resolve({ code, reason: reason.toString('utf8') }),
    ),
  );
  return {
    socket,
    messages,
    closed,
    got: (enough) =>
      until(() => (typeof enough === 'number' ? messages.length >= enough : messages.some(enough))),
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
  };
}

/** The provider's end of a WebSocket that a test plays itself. */
export interface Played {
  readonly socket: WebSocket;
  /** The connection under it, for what no library would send. */
  readonly raw: net.Socket;
  readonly request: IncomingMessage;
  readonly messages: string[];
  readonly closed: Promise<Closed>;
}

/** Lets a test play the provider on a path: the next connection to it. */
export function playProvider(
  provider: Provider,
  path: string,
  options: ConstructorParameters<typeof WebSocketServer>[0] = {},
): Promise<Played> {
  return new Promise((resolve) => {
    provider.upgrade(path, (request: IncomingMessage, raw: Duplex, head: Buffer) => {
      const server = new WebSocketServer({ noServer: true, clientTracking: false, ...options });
      server.handleUpgrade(request, raw, head, (socket) => {
        const { messages, closed } = follow(socket);
        resolve({ socket, raw: raw as net.Socket, request, messages, closed });
      });
    });
  });
}

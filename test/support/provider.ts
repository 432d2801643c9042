import { EventEmitter, once } from 'node:events';
import { appendFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { makeCertificates } from './certificates.ts';
import { answerApi } from './stand-in/answer.ts';
import { BEHAVIOURS, type Behaviour } from './stand-in/hostile.ts';
import { recordRequest, type SeenRequest } from './stand-in/record.ts';
import type { Memory } from './stand-in/script.ts';
import { acceptWebSocket } from './stand-in/websocket.ts';

export type { SeenRequest } from './stand-in/record.ts';

/** The names for which the stand-in has a certificate. */
export const PROVIDER_HOSTS = [
  'api.anthropic.com',
  'api.openai.com',
  'api.deepseek.com',
  'openrouter.ai',
  'plain.example',
  'tunnel.example',
] as const;

/** How a stand-in is started. */
export interface ProviderOptions {
  /** Characters an event of a stream holds. */
  readonly pieceSize?: number;
  /** `refuse`: every upgrade gets 426 (Codex then moves to HTTPS). */
  readonly webSocket?: 'accept' | 'refuse';
  /** A file that gets each request as a JSON line. */
  readonly log?: string;
}

/** What becomes of a connection that asks for an upgrade. */
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** A recording stand-in for the providers. It is no obedient friend: see `/hostile/…`. */
export interface Provider {
  readonly port: number;
  /** The PEM root under which its certificate stands. */
  readonly root: string;
  /** Every request, in order of arrival. */
  readonly requests: readonly SeenRequest[];
  /** Every request for an upgrade. */
  readonly upgrades: readonly IncomingMessage[];
  /** Every decoded text message that came over a WebSocket. */
  readonly messages: readonly string[];
  /** How many TLS connections were made to it. */
  readonly connections: () => number;
  /** How many of them are open. */
  readonly open: () => number;
  /** Every decrypted byte that arrived, connection after connection. */
  readonly received: () => Buffer;
  /** Answers a path (without its query) in a way of the test's own. */
  readonly behave: (path: string, behaviour: Behaviour) => void;
  /** Takes over the upgrades of a path. */
  readonly upgrade: (path: string, take: Upgrade) => void;
  /** The next request that fits, also one that arrived already. */
  readonly waitFor: (fits: (request: SeenRequest) => boolean) => Promise<SeenRequest>;
  /** Forgets what it recorded. */
  readonly forget: () => void;
  readonly close: () => Promise<void>;
}

/** Starts a stand-in on a free port of 127.0.0.1. */
export async function startProvider(options: ProviderOptions = {}): Promise<Provider> {
  const made = makeCertificates(PROVIDER_HOSTS);
  const requests: SeenRequest[] = [];
  const messages: string[] = [];
  const received: Buffer[][] = [];
  const open = new Set<TLSSocket>();
  const own = new Map<string, Behaviour>();
  const taken = new Map<string, Upgrade>();
  const upgrades: IncomingMessage[] = [];
  const memory: Memory = { placeholders: new Set() };
  const arrivals = new EventEmitter();
  const connectionOf = new WeakMap<Duplex, number>();
  const keep = (line: object): void => {
    if (options.log !== undefined) appendFileSync(options.log, `${JSON.stringify(line)}\n`);
  };

  const server = https.createServer({ cert: made.certificate, key: made.key });
  server.keepAliveTimeout = 60_000;
  server.on('secureConnection', (socket: TLSSocket) => {
    const bytes: Buffer[] = [];
    connectionOf.set(socket, received.push(bytes) - 1);
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.on('error', () => {});
    // Before HTTP's own listener, so that a request is never seen before its bytes.
    socket.prependListener('data', (part: Buffer) => bytes.push(Buffer.from(part)));
  });
  const answer = (seen: SeenRequest, request: IncomingMessage, response: ServerResponse): void => {
    const { host, method, url, headers } = seen;
    const body = seen.text();
    keep({ host, method, url, headers, body });
    answerApi(request, response, body, { memory, pieceSize: options.pieceSize ?? 3 });
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const seen = recordRequest(request, response, connectionOf.get(request.socket) ?? -1);
    requests.push(seen);
    arrivals.emit('request');
    const path = seen.url.split('?')[0] ?? '';
    const special = own.get(path) ?? BEHAVIOURS[path.replace(/^\/hostile\//, '')];
    if (special !== undefined) special(request, response);
    else request.once('end', () => answer(seen, request, response));
  };
  server.on('request', onRequest);
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    response.writeContinue();
    onRequest(request, response);
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  server.on('upgrade', (request, socket, head) => {
    upgrades.push(request);
    keep({
      host: request.headers.host,
      method: 'UPGRADE',
      url: request.url,
      headers: request.headers,
    });
    const take = taken.get((request.url ?? '').split('?')[0] ?? '');
    if (take !== undefined) return take(request, socket, head);
    if (options.webSocket !== 'accept') {
      return socket.end('HTTP/1.1 426 Upgrade Required\r\ncontent-length: 0\r\n\r\n');
    }
    acceptWebSocket(request, socket, memory, (text) => {
      messages.push(text);
      keep({ host: request.headers.host, method: 'WS', url: request.url, body: text });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    root: made.root,
    requests,
    upgrades,
    messages,
    connections: () => received.length,
    open: () => open.size,
    received: () => Buffer.concat(received.flat()),
    behave: (path, behaviour) => void own.set(path, behaviour),
    upgrade: (path, take) => void taken.set(path, take),
    async waitFor(fits) {
      for (;;) {
        const found = requests.find(fits);
        if (found !== undefined) return found;
        await once(arrivals, 'request');
      }
    },
    forget() {
      requests.length = 0;
      messages.length = 0;
      upgrades.length = 0;
      for (const bytes of received) bytes.length = 0;
      memory.placeholders.clear();
    },
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

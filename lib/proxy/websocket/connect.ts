import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { WaterwallError } from '../../errors.ts';
import type { RawHeaders } from '../headers.ts';
import { type Upstream, unreachable } from '../upstream.ts';
import { writeHandshake } from './handshake.ts';

/** A handshake as it may leave. */
export interface Opening {
  readonly host: string;
  readonly target: string;
  readonly headers: RawHeaders;
  /** The client offers compression. */
  readonly deflate: boolean;
  /** Longest message that the provider may send. */
  readonly limit: number;
}

/** What the provider said to it. */
export type Opened =
  | {
      readonly kind: 'open';
      /** Paused. */
      readonly socket: WebSocket;
      readonly answer: IncomingMessage;
      /** The subprotocol it chose. */
      readonly protocol: string | undefined;
    }
  /** Something else than 101. */
  | { readonly kind: 'refused'; readonly answer: IncomingMessage };

/** How long the provider may take to answer. */
const HANDSHAKE_TIMEOUT = 60_000;

/**
 * Compression on the way to the provider, where the client offers it. Each side keeps its window
 * from one message to the next: the messages of a conversation resemble each other. The fastest
 * level: a message waits for its compression.
 */
const DEFLATE = { zlibDeflateOptions: { level: 1 }, threshold: 1024 };

/** What both sides of the library are told. */
export const SOCKET_OPTIONS = {
  // Pings are the peers' own affair; see `control-frames.ts`.
  autoPong: false,
  /** Until a peer that does not take part in the closing is cut off. */
  closeTimeout: 10_000,
};

/** The library keeps limits in 32 bits. */
export function messageLimit(bytes: number): number {
  return Math.min(bytes, 2 ** 31 - 1);
}

/**
 * Opens a WebSocket to the provider, on a connection of its own.
 *
 * @param signal - aborted when the exchange ends before its time; its reason is thrown
 * @throws WaterwallError `upstream-unreachable`, `upstream-tls`
 */
export function openUpstream(
  upstream: Upstream,
  opening: Opening,
  signal: AbortSignal,
): Promise<Opened> {
  return new Promise((resolve, reject) => {
    let answer: IncomingMessage | undefined;
    let protocol: string | undefined;
    const socket = new WebSocket(`wss://${opening.host}/`, [], {
      ...SOCKET_OPTIONS,
      maxPayload: messageLimit(opening.limit),
      handshakeTimeout: HANDSHAKE_TIMEOUT,
      perMessageDeflate: opening.deflate ? DEFLATE : false,
      // Of the signatures of `net.connect` this is the one that HTTP calls.
      createConnection: ((
        _options: unknown,
        done: (error: Error | null, socket?: import('node:stream').Duplex) => void,
      ) => upstream.connect(done)) as unknown as typeof import('node:net').createConnection,
      finishRequest: (outgoing) => {
        writeHandshake(outgoing, opening.target, opening.headers);
        outgoing.end();
      },
    });
    signal.addEventListener(
      'abort',
      () => {
        socket.terminate();
        reject(signal.reason);
      },
      { once: true },
    );
    socket.once('upgrade', (response) => {
      answer = response;
      protocol = response.headers['sec-websocket-protocol'];
      // Whether the choice will do is for the client to judge.
      delete response.headers['sec-websocket-protocol'];
    });
    socket.once('open', () => {
      socket.pause();
      resolve({ kind: 'open', socket, answer: answer as IncomingMessage, protocol });
    });
    socket.once('unexpected-response', (_request, response) => {
      resolve({ kind: 'refused', answer: response });
    });
    socket.on('error', (error: NodeJS.ErrnoException) => reject(reasonOf(opening.host, error)));
  });
}

function reasonOf(host: string, error: NodeJS.ErrnoException): WaterwallError {
  if (error instanceof WaterwallError) return error;
  if (error.code === undefined || error.code.startsWith('HPE_')) {
    return new WaterwallError('upstream-unreachable', `${host} opened no valid WebSocket`, {
      fix: 'check what `upstream` of this host points to, or try again',
      cause: error,
    });
  }
  const { code, message } = unreachable(host, error);
  return new WaterwallError(code, message, {
    fix: 'try again: the provider ended the connection',
    cause: error,
    details: { retryable: true },
  });
}

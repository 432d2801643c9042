import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import zlib from 'node:zlib';

/** One request as the stand-in got it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly host: string;
  /** Names and values in turn, case and order as they came. */
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingHttpHeaders;
  /** Number of the connection it came over, from 0. */
  readonly connection: number;
  /** The body as it came, transfer coding removed; grows until {@link complete}. */
  readonly body: () => Buffer;
  /** The body with its content coding removed. */
  readonly text: () => string;
  /** Whether the whole request arrived. */
  readonly complete: () => boolean;
  /** Bytes of the answer that the kernel or the peer took. */
  readonly answered: () => number;
  /** Settles when the exchange is over: `finished`, or `gone` where the peer left before. */
  readonly over: Promise<'finished' | 'gone'>;
}

/** Starts to record a request; its body is collected from the moment it flows. */
export function recordRequest(
  request: IncomingMessage,
  response: ServerResponse,
  connection: number,
): SeenRequest {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  // Listening for data starts the flow; a behaviour may still pause it in this tick.
  request.on('error', () => {});
  response.on('error', () => {});
  const { socket } = request;
  const before = socket.bytesWritten;
  const body = (): Buffer => Buffer.concat(parts);
  return {
    method: request.method ?? '',
    url: request.url ?? '',
    host: request.headers.host ?? '',
    rawHeaders: request.rawHeaders,
    headers: request.headers,
    connection,
    body,
    text: () => decode(body(), request.headers['content-encoding']).toString('utf8'),
    complete: () => request.complete,
    answered: () => socket.bytesWritten - before - socket.writableLength,
    over: once(response, 'close').then(() => (response.writableFinished ? 'finished' : 'gone')),
  };
}

/** Removes content codings; what cannot be decoded stays as it is. */
function decode(body: Buffer, encoding: string | undefined): Buffer {
  const codings = (encoding ?? '').split(',').map((one) => one.trim());
  try {
    return codings.reverse().reduce((bytes, coding) => {
      if (coding === 'gzip') return zlib.gunzipSync(bytes);
      if (coding === 'br') return zlib.brotliDecompressSync(bytes);
      if (coding === 'deflate') return zlib.inflateSync(bytes);
      return bytes;
    }, body);
  } catch {
    return body;
  }
}

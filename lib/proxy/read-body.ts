import type { IncomingMessage } from 'node:http';
import { WaterwallError } from '../errors.ts';

/** The client went away: nobody is left to be answered. */
export class ClientGone extends Error {}

/**
 * Reads a request's body whole.
 *
 * @param limit - bytes
 * @param signal - aborted when the exchange ends before its time; its reason is thrown
 * @throws WaterwallError `body-too-large`
 * @throws ClientGone where the connection ends before the body does
 */
export function readBody(
  request: IncomingMessage,
  limit: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limit) return Promise.reject(tooLarge(limit));
  if (announced === 0 && request.headers['transfer-encoding'] === undefined) {
    return Promise.resolve(Buffer.alloc(0));
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const finish = (settle: () => void): void => {
      signal.removeEventListener('abort', onAbort);
      request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      settle();
    };
    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > limit) finish(() => reject(tooLarge(limit)));
      else chunks.push(chunk);
    };
    const onEnd = (): void =>
      finish(() =>
        resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length)),
      );
    const onClose = (): void =>
      finish(() => reject(new ClientGone('client closed the connection')));
    const onAbort = (): void => finish(() => reject(signal.reason));
    signal.addEventListener('abort', onAbort);
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}

function tooLarge(limit: number): WaterwallError {
  return new WaterwallError('body-too-large', `the request body is larger than ${limit} bytes`, {
    fix: 'raise limits.body in config.yaml, or send less',
  });
}

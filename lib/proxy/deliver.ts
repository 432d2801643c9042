import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { RestoredPiece, Restorer } from '../restore/types.ts';

/** What {@link deliver} asks of the exchange. */
export interface DeliveryHooks {
  /** Makes the line of what is about to be delivered durable. */
  readonly record: (pieces: readonly RestoredPiece[]) => Promise<void>;
  /** Told of every placeholder that stays, once a piece. */
  readonly onUnknown: (count: number) => void;
  /** Told after each piece of the answer has been looked at, before the client gets it. */
  readonly onProgress: () => void;
}

/** An answer of a length known beforehand and at most this long is sent with its new length. */
const WHOLE_LIMIT = 1024 * 1024;

/**
 * Passes an answer on to the client as it arrives, restored, with backpressure. A piece with a
 * restored secret waits until its line is durable, and nothing overtakes it.
 *
 * Settles when the client has everything; rejects where the answer breaks off, the restorer
 * refuses it or a line cannot be made durable.
 *
 * @param answer - for its trailers and its way of breaking off
 * @param source - its body, decoded
 */
export function deliver(
  answer: IncomingMessage,
  source: Readable,
  response: ServerResponse,
  head: { status: number; message: string; headers: readonly string[]; length: number | undefined },
  restorer: Restorer,
  hooks: DeliveryHooks,
): Promise<void> {
  const whole: Uint8Array[] | undefined =
    head.length !== undefined && head.length <= WHOLE_LIMIT ? [] : undefined;
  if (whole === undefined) {
    response.writeHead(head.status, head.message, head.headers as string[]);
    response.flushHeaders();
  }

  const write = (bytes: Uint8Array): boolean => {
    if (bytes.length === 0) return true;
    if (whole === undefined) return response.write(bytes);
    whole.push(bytes);
    return true;
  };

  return new Promise((resolve, reject) => {
    let settled = false;
    let ended = false;
    const fail = (error: unknown): void => {
      if (settled) return;
      settled = true;
      source.destroy();
      reject(error);
    };
    const resume = (): void => {
      source.resume();
    };

    /** Writes pieces in order; the promise is there only where a line must become durable first. */
    const pass = (pieces: readonly RestoredPiece[]): Promise<void> | undefined => {
      hooks.onProgress();
      let flowing = true;
      for (let i = 0; i < pieces.length; i++) {
        const piece = pieces[i] as RestoredPiece;
        if (piece.restored.length > 0) {
          const waiting = pieces.slice(i);
          return hooks.record(waiting).then(() => {
            for (const { bytes, unknown } of waiting) {
              if (unknown > 0) hooks.onUnknown(unknown);
              write(bytes);
            }
          });
        }
        if (piece.unknown > 0) hooks.onUnknown(piece.unknown);
        flowing = write(piece.bytes) && flowing;
      }
      if (!flowing) {
        source.pause();
        response.once('drain', resume);
      }
      return undefined;
    };

    const finish = (): void => {
      settled = true;
      if (whole === undefined) response.end(resolve);
      else {
        const body = Buffer.concat(whole);
        const headers = [...head.headers, 'Content-Length', String(body.length)];
        response.writeHead(head.status, head.message, headers);
        response.end(body, resolve);
      }
    };

    source.on('data', (chunk: Buffer) => {
      if (settled) return;
      try {
        const waiting = pass(restorer.push(chunk));
        if (waiting === undefined) return;
        source.pause();
        waiting.then(resume, fail);
      } catch (error) {
        fail(error);
      }
    });
    source.on('end', () => {
      ended = true;
      if (settled) return;
      try {
        const waiting = pass(restorer.end());
        if (waiting === undefined) finish();
        else waiting.then(finish, fail);
      } catch (error) {
        fail(error);
      }
    });
    source.on('error', fail);
    answer.on('error', fail);
    source.on('close', () => {
      if (!ended) fail(new Error('the answer broke off'));
    });
    response.on('close', () => {
      if (response.writableFinished) return;
      answer.destroy();
      fail(new Error('client closed the connection'));
    });
  });
}

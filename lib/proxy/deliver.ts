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

const NOTHING = Buffer.alloc(0);

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
    // Sends the head. `flushHeaders` would write it as UTF-8, and field values are Latin-1 to Node.
    response.write(NOTHING);
  }

  return new Promise((resolve, reject) => {
    let settled = false;
    let ended = false;
    /** What must be durable before anything else may leave. */
    let waiting: Promise<void> | undefined;
    let draining = false;

    const fail = (error: unknown): void => {
      if (settled) return;
      settled = true;
      source.destroy();
      reject(error);
    };
    const resume = (): void => {
      if (waiting === undefined && !draining) source.resume();
    };
    const write = (bytes: Uint8Array): void => {
      if (bytes.length === 0) return;
      if (whole !== undefined) whole.push(bytes);
      else if (!response.write(bytes) && !draining) {
        draining = true;
        source.pause();
        response.once('drain', () => {
          draining = false;
          resume();
        });
      }
    };
    const deliverPieces = (pieces: readonly RestoredPiece[]): void => {
      for (const { bytes, unknown } of pieces) {
        if (unknown > 0) hooks.onUnknown(unknown);
        write(bytes);
      }
    };

    /** Writes pieces in order; from the first restored one on they wait for their line. */
    const pass = (pieces: readonly RestoredPiece[]): void => {
      hooks.onProgress();
      const first = pieces.findIndex(({ restored }) => restored.length > 0);
      deliverPieces(first < 0 ? pieces : pieces.slice(0, first));
      if (first < 0) return;
      const late = pieces.slice(first);
      source.pause();
      waiting = hooks.record(late).then(() => {
        waiting = undefined;
        deliverPieces(late);
        resume();
      });
      waiting.catch(fail);
    };

    const finish = (): void => {
      if (settled) return;
      settled = true;
      if (whole === undefined) response.end(resolve);
      else {
        const body = Buffer.concat(whole);
        const headers = [...head.headers, 'Content-Length', String(body.length)];
        response.writeHead(head.status, head.message, headers);
        response.end(body, resolve);
      }
    };
    /** The end does not overtake what waits either. */
    const end = (): void => {
      if (settled) return;
      if (waiting !== undefined) {
        waiting.then(end, fail);
        return;
      }
      pass(restorer.end());
      if (waiting === undefined) finish();
      else (waiting as Promise<void>).then(finish, fail);
    };
    const guarded = (act: () => void): void => {
      if (settled) return;
      try {
        act();
      } catch (error) {
        fail(error);
      }
    };

    source.on('data', (chunk: Buffer) => guarded(() => pass(restorer.push(chunk))));
    source.on('end', () => {
      ended = true;
      guarded(end);
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

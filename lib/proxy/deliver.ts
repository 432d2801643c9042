import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { RestoredPiece, Restorer } from '../restore/types.ts';
import type { AnswerHead } from './answer.ts';
import { createOutlet } from './outlet.ts';
import { passTrailers } from './trailers.ts';

/** What {@link deliver} asks of the exchange. */
export interface DeliveryHooks {
  /** Makes the line of what is about to be delivered durable. */
  readonly record: (pieces: readonly RestoredPiece[]) => Promise<void>;
  /** Told of every placeholder that stays, once a piece. */
  readonly onUnknown: (count: number) => void;
  /** Told after each piece of the answer has been looked at, before the client gets it. */
  readonly onProgress: () => void;
  /** Aborted when the exchange ends before its time. */
  readonly signal: AbortSignal;
}

/**
 * Passes an answer on to the client as it arrives, restored, with backpressure. A piece with a
 * restored secret waits until its line is durable, and nothing overtakes it.
 *
 * Settles when the client has everything. Rejects at once where the exchange is interrupted, the
 * restorer refuses the answer or a line cannot be made durable; where the answer breaks off, after
 * everything that came of it.
 *
 * @param answer - for its way of breaking off
 * @param source - its body, decoded
 */
export function deliver(
  answer: IncomingMessage,
  source: Readable,
  response: ServerResponse,
  head: AnswerHead,
  restorer: Restorer,
  hooks: DeliveryHooks,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let over = false;
    /** The provider's side has ended, well or not. */
    let ended = false;
    /** What must be durable before anything else may leave. */
    let waiting: Promise<void> | undefined;
    let draining = false;

    const fail = (error: unknown): void => {
      if (over) return;
      over = true;
      source.destroy();
      reject(error);
    };
    const guarded = (act: () => void): void => {
      if (over) return;
      try {
        act();
      } catch (error) {
        fail(error);
      }
    };
    const resume = (): void => {
      if (waiting === undefined && !draining) source.resume();
    };
    const outlet = createOutlet(response, head, () => {
      draining = false;
      resume();
    });
    const write = (pieces: readonly RestoredPiece[]): void => {
      for (const { bytes, unknown } of pieces) {
        if (unknown > 0) hooks.onUnknown(unknown);
        if (bytes.length === 0 || outlet.write(bytes)) continue;
        draining = true;
        source.pause();
      }
    };

    /** Writes pieces in order; from the first restored one on they wait for their line. */
    const pass = (pieces: readonly RestoredPiece[]): void => {
      hooks.onProgress();
      const first = pieces.findIndex(({ restored }) => restored.length > 0);
      write(first < 0 ? pieces : pieces.slice(0, first));
      if (first < 0) return;
      const late = pieces.slice(first);
      source.pause();
      waiting = hooks.record(late).then(() => {
        waiting = undefined;
        guarded(() => {
          write(late);
          resume();
        });
      });
      waiting.catch(fail);
    };
    /** Nothing overtakes what waits. */
    const then = (act: () => void): void => {
      if (waiting === undefined) guarded(act);
      else waiting.then(() => then(act), fail);
    };
    const finish = (rest: Buffer | null, last: () => void): void => {
      if (ended) return;
      ended = true;
      then(() => {
        if (rest !== null) pass(restorer.push(rest));
        then(() => {
          pass(restorer.end());
          then(last);
        });
      });
    };
    // A stream that breaks off while it is paused keeps what had come, and tells nobody.
    const breakOff = (error: Error): void =>
      finish(source.read(), () => {
        outlet.breakOff();
        fail(error);
      });

    source.on('data', (chunk: Buffer) => guarded(() => pass(restorer.push(chunk))));
    source.on('end', () =>
      finish(null, () => {
        passTrailers(answer, response);
        outlet.end(resolve);
      }),
    );
    source.on('error', breakOff);
    answer.on('error', breakOff);
    source.on('close', () => breakOff(new Error('the answer broke off')));
    hooks.signal.addEventListener('abort', () => fail(hooks.signal.reason), { once: true });
  });
}

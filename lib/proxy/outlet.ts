import type { ServerResponse } from 'node:http';
import type { AnswerHead } from './answer.ts';

/** Where an answer leaves for its client. */
export interface Outlet {
  /** @returns whether the client keeps up; if not, `onDrain` is called when it does again */
  write(bytes: Uint8Array): boolean;
  /** All is written; calls back when the client's connection has taken it. */
  end(done: () => void): void;
  /** There will be no end: what was collected goes out all the same. */
  breakOff(): void;
}

/** An answer of a length known beforehand and at most this long is sent with its new length. */
const WHOLE_LIMIT = 1024 * 1024;

const NOTHING = Buffer.alloc(0);

/** Writes an answer as it comes, or, where it is short and of known length, as one. */
export function createOutlet(
  response: ServerResponse,
  head: AnswerHead,
  onDrain: () => void,
): Outlet {
  const short = head.length !== undefined && head.length <= WHOLE_LIMIT;
  const collected: Uint8Array[] | undefined = short ? [] : undefined;
  const begin = (headers: readonly string[]): void => {
    response.writeHead(head.status, head.message, headers as string[]);
  };
  if (collected === undefined) {
    begin(head.headers);
    // Sends the head. `flushHeaders` would write it as UTF-8, and field values are Latin-1 to Node.
    response.write(NOTHING);
    response.on('drain', onDrain);
  }
  return {
    write(bytes) {
      if (collected === undefined) return response.write(bytes);
      collected.push(bytes);
      return true;
    },
    end(done) {
      if (collected === undefined) {
        response.end(done);
        return;
      }
      const body = Buffer.concat(collected);
      begin([...head.headers, 'Content-Length', String(body.length)]);
      response.end(body, done);
    },
    breakOff() {
      if (collected === undefined) return;
      begin(head.headers);
      response.write(Buffer.concat(collected));
    },
  };
}

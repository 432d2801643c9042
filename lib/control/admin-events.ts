import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Homes } from '../config/types.ts';
import { MAX_ANSWER } from './admin-client.ts';
import { type AdminQuestion, connectAdmin } from './admin-connection.ts';

/** One event of the admin channel. */
export interface AdminEvent {
  readonly event: string;
  /** Parsed JSON. */
  readonly data: unknown;
}

export interface FollowOptions extends Pick<AdminQuestion, 'body' | 'readOnly' | 'signal'> {
  /** Milliseconds without a byte after which the daemon counts as gone; it sends comments. */
  readonly silence?: number;
  /** Told of every piece that arrives, comments included. */
  readonly onAlive?: () => void;
}

/** The longest pause between two comments is 5 s. */
const SILENCE = 20_000;

/**
 * Asks the running daemon for an answer that goes on: `GET /admin/events`, or an operation with
 * progress. An answer that does not go on is one event: `result`, or `error` where it was refused.
 * Ends where the daemon ends it, or the signal aborts; whoever stops iterating closes the connection.
 *
 * @throws WaterwallError `not-running`; `io-error` where it was cut, fell silent, or is no answer of
 *   Waterwall's
 */
export async function* adminEvents(
  homes: Pick<Homes, 'run'>,
  method: 'GET' | 'POST',
  path: string,
  { silence = SILENCE, onAlive = () => {}, ...more }: FollowOptions = {},
): AsyncGenerator<AdminEvent> {
  const question = { ...more, method, path, accept: 'text/event-stream' } as const;
  const { request, failure } = connectAdmin(homes, question);
  let silent: Error | undefined;
  request.setTimeout(silence, () => {
    silent = Object.assign(new Error('silent'), { name: 'TimeoutError' });
    request.destroy(silent);
  });
  // Whoever waits for the response, or reads it, is told too.
  request.on('error', () => {});
  try {
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const texts = response.setEncoding('utf8') as AsyncIterable<string>;
    if (response.headers['content-type']?.startsWith('text/event-stream'))
      yield* parsed(texts, onAlive);
    else yield whole(await joined(texts), response.statusCode ?? 0);
    // A body that lasts until the connection ends is whole for Node, whoever ended it.
    if (silent !== undefined) throw silent;
  } catch (error) {
    if (more.signal?.aborted) return;
    throw failure(silent ?? error);
  } finally {
    request.destroy();
  }
}

async function* parsed(
  texts: AsyncIterable<string>,
  onAlive: () => void,
): AsyncGenerator<AdminEvent> {
  let rest = '';
  for await (const text of texts) {
    onAlive();
    rest += text;
    if (rest.length > MAX_ANSWER) throw new Error('an event is too large');
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      // A comment, or the time to wait before asking again, has no data.
      const [, event, data] = /^event: ([^\n]*)\ndata: ([^\n]*)$/.exec(block) ?? [];
      if (event !== undefined && data !== undefined) yield { event, data: JSON.parse(data) };
    }
  }
}

async function joined(texts: AsyncIterable<string>): Promise<string> {
  let all = '';
  for await (const text of texts) {
    all += text;
    if (all.length > MAX_ANSWER) throw new Error('the answer is too large');
  }
  return all;
}

function whole(text: string, status: number): AdminEvent {
  return { event: status < 400 ? 'result' : 'error', data: JSON.parse(text) };
}

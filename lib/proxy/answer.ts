import type { IncomingMessage } from 'node:http';
import { WaterwallError } from '../errors.ts';
import { endToEnd, type RawHeaders } from './headers.ts';

/** The head of an answer, as it goes to the client. */
export interface AnswerHead {
  readonly status: number;
  readonly message: string;
  readonly headers: readonly string[];
  /** Bytes of the body as the provider announced them, where nothing had to be decoded. */
  readonly length: number | undefined;
}

/** Types in which no placeholder can stand as text. */
const BINARY = /^\s*(?:image|audio|video|font)\/|^\s*application\/(?:zip|gzip|pdf|wasm|x-tar)\b/i;

const BYTES = /^\s*application\/octet-stream\b/i;

/**
 * Whether an answer's body is text that may hold a placeholder. Others are passed on as they are,
 * length and coding included.
 */
export function mayHoldText(answer: IncomingMessage, method: string | undefined): boolean {
  const status = answer.statusCode ?? 0;
  if (method === 'HEAD' || status === 204 || status === 304) return false;
  const type = answer.headers['content-type'];
  // A part of a file is put together with others by its place in what the provider has.
  if (status === 206 && type !== undefined && BYTES.test(type)) return false;
  // SVG is text; other images are not.
  return type === undefined || /^\s*image\/svg/i.test(type) || !BINARY.test(type);
}

/**
 * The head of an answer whose text, if it is any, goes out decoded and with a length of its own.
 *
 * @throws WaterwallError `upstream-unreachable` on a status that HTTP does not know
 */
export function answerHead(answer: IncomingMessage, method: string | undefined): AnswerHead {
  const decoded = mayHoldText(answer, method);
  const status = answer.statusCode ?? 0;
  if (status < 200 || status > 599) {
    throw new WaterwallError(
      'upstream-unreachable',
      `the provider answered with the status ${status}`,
      {
        fix: 'check what `upstream` of this host points to',
      },
    );
  }
  const raw: RawHeaders = answer.rawHeaders;
  const coded = answer.headers['content-encoding'] !== undefined;
  const announced = answer.headers['content-length'];
  return {
    status,
    message: answer.statusMessage ?? '',
    headers: endToEnd(raw, decoded ? ['content-length', 'content-encoding'] : []),
    length: announced === undefined || coded ? undefined : Number(announced),
  };
}

/** Whether an answer is a stream of events, which can end in an error event. */
export function isEventStream(answer: IncomingMessage): boolean {
  return /^\s*text\/event-stream\b/i.test(answer.headers['content-type'] ?? '');
}

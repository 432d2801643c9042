import type { IncomingMessage } from 'node:http';
import type { Homes } from '../config/types.ts';
import { type AdminHomes, connectAdmin } from './admin-connection.ts';

/** What the daemon answered. */
export interface AdminAnswer {
  readonly status: number;
  /** The parsed JSON body. */
  readonly body: unknown;
}

export interface AdminRequestOptions {
  /** Milliseconds for the whole exchange. Default 5000. */
  readonly timeoutMs?: number;
  /** Asks at the socket behind which nothing can be changed. */
  readonly readOnly?: boolean;
}

/** Answers are the daemon's own; the limit only keeps a wrong peer from filling the memory. */
export const MAX_ANSWER = 16 * 1024 * 1024;

/**
 * Asks the running daemon. Any HTTP status is an answer, not an error.
 *
 * @param homes - only the run folder is needed
 * @throws WaterwallError `not-running` where nobody listens, `io-error` where the daemon does not
 *   answer in time, may not be asked, or does not speak JSON
 */
export function adminRequest(
  homes: Pick<Homes, 'run'>,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
  { timeoutMs = 5000, readOnly = false }: AdminRequestOptions = {},
): Promise<AdminAnswer> {
  return new Promise((resolve, reject) => {
    const { request, failure } = connectAdmin(homes, {
      method,
      path,
      body,
      readOnly,
      accept: 'application/json',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const fail = (error: unknown): void => reject(failure(error));
    request.on('error', fail);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('error', fail);
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > MAX_ANSWER) request.destroy(new Error('the answer is too large'));
        else chunks.push(chunk);
      });
      response.on('end', () => {
        try {
          const parsed: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
          resolve({ status: response.statusCode ?? 0, body: parsed });
        } catch (error) {
          fail(error);
        }
      });
    });
  });
}

/**
 * Fetches what the daemon has made.
 *
 * @throws WaterwallError `not-running`, `io-error`
 */
export function adminDownload(homes: AdminHomes, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const question = { method: 'GET', path, accept: 'application/json' } as const;
    const { request, failure } = connectAdmin(homes, question);
    request.on('error', (error) => reject(failure(error)));
    request.on('response', (response) => {
      if (response.statusCode === 200) return resolve(response);
      response.resume();
      reject(failure(new Error(`it answered ${response.statusCode}`)));
    });
  });
}

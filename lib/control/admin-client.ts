import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import type { Homes } from '../config/types.ts';
import { WaterwallError } from '../errors.ts';
import { READ_ONLY } from './admin-protocol.ts';

/** What the daemon answered. */
export interface AdminAnswer {
  readonly status: number;
  /** The parsed JSON body. */
  readonly body: unknown;
}

export interface AdminRequestOptions {
  /** Milliseconds for the whole exchange. Default 5000. */
  readonly timeoutMs?: number;
  /** Has the daemon refuse whatever would change something. */
  readonly readOnly?: boolean;
}

/** Answers are the daemon's own; the limit only keeps a wrong peer from filling the memory. */
const MAX_ANSWER = 16 * 1024 * 1024;

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
  const socketPath = join(homes.run, 'admin.sock');
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      socketPath,
      method,
      path,
      agent: false,
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        host: 'waterwall',
        accept: 'application/json',
        ...(readOnly ? { [READ_ONLY]: '1' } : {}),
        ...(text === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
      },
    });
    const fail = (error: unknown): void => reject(asTyped(error, socketPath, timeoutMs));
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
    request.end(text);
  });
}

function asTyped(error: unknown, socketPath: string, timeoutMs: number): WaterwallError {
  const { code, name } = error as NodeJS.ErrnoException;
  // ENOTDIR: a parent of the socket is no folder; ECONNREFUSED: a socket left by a dead process.
  if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTDIR') {
    return new WaterwallError('not-running', 'Waterwall is not running', {
      fix: 'start it: waterwall up',
      cause: error,
    });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new WaterwallError('io-error', `this user may not use ${socketPath}`, {
      fix: 'run the command as the user (or in the group) that Waterwall runs under',
      cause: error,
    });
  }
  const timedOut = code === 'ABORT_ERR' || name === 'TimeoutError' || name === 'AbortError';
  const message = timedOut
    ? `Waterwall did not answer within ${timeoutMs} ms at ${socketPath}`
    : `Waterwall did not answer properly at ${socketPath} (${code ?? 'unexpected answer'})`;
  return new WaterwallError('io-error', message, {
    fix: 'look at its log; restart it if it hangs',
    cause: error,
  });
}

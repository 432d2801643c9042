import { type ClientRequest, request as httpRequest } from 'node:http';
import { adminSockets } from '../config/admin-address.ts';
import type { Homes } from '../config/types.ts';
import { WaterwallError } from '../errors.ts';

/** What is asked of the daemon. */
export interface AdminQuestion {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly accept: 'application/json' | 'text/event-stream';
  /** Asks at the socket behind which nothing can be changed. */
  readonly readOnly?: boolean;
  readonly signal?: AbortSignal;
}

/** A request that is on its way, and how its failure is told. */
export interface AdminConnection {
  readonly request: ClientRequest;
  failure(error: unknown): WaterwallError;
}

/** Sends a request over the admin channel. */
export function connectAdmin(
  homes: Pick<Homes, 'run'>,
  { method, path, body, accept, readOnly = false, signal }: AdminQuestion,
): AdminConnection {
  const { adminSocket, adminReadSocket } = adminSockets(homes.run, process.platform);
  const socketPath = readOnly ? adminReadSocket : adminSocket;
  const text = body === undefined ? undefined : JSON.stringify(body);
  const request = httpRequest({
    socketPath,
    method,
    path,
    agent: false,
    ...(signal === undefined ? {} : { signal }),
    headers: {
      host: 'waterwall',
      accept,
      ...(text === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    },
  });
  request.end(text);
  return { request, failure: (error) => asTyped(error, socketPath) };
}

function asTyped(error: unknown, socketPath: string): WaterwallError {
  const { code, name } = error as NodeJS.ErrnoException;
  // ENOTDIR: a parent of the socket is no folder; ECONNREFUSED: a socket left by a dead process.
  if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTDIR') {
    return new WaterwallError('not-running', 'the proxy is not running', {
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
  // No number: this becomes part of what a model is told, where the same state is the same bytes.
  const message = timedOut
    ? `the proxy did not answer in time at ${socketPath}`
    : `the proxy did not answer properly at ${socketPath} (${code ?? 'unexpected answer'})`;
  return new WaterwallError('io-error', message, {
    fix: 'look at its log; restart it if it hangs',
    cause: error,
  });
}

import { accessSync, constants } from 'node:fs';
import { type ClientRequest, request as httpRequest } from 'node:http';
import { adminSockets } from '../config/admin-address.ts';
import { systemHome } from '../config/homes.ts';
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

/** Where the daemon's socket is looked for, and whether anybody said so. */
export type AdminHomes = Pick<Homes, 'run'> & Partial<Pick<Homes, 'chosenBy'>>;

/** Sends a request over the admin channel. */
export function connectAdmin(
  homes: AdminHomes,
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
  return { request, failure: (error) => asTyped(error, homes, socketPath) };
}

/**
 * What a failed connection means.
 *
 * @param mayEnter - whether this user may look into a folder; undefined where there is none
 */
export function asTyped(
  error: unknown,
  { run, chosenBy }: AdminHomes,
  socketPath: string,
  mayEnter = mayLookInto,
): WaterwallError {
  const { code, name } = error as NodeJS.ErrnoException;
  const service = systemHome(process.env, process.platform).run;
  // ENOTDIR: a parent of the socket is no folder; ECONNREFUSED: a socket left by a dead process.
  if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTDIR') {
    // Who may not read the service's configuration is taken for somebody who has his own.
    if (chosenBy === 'user' && mayEnter(service) === false) {
      return denied(
        `a Waterwall service is on this machine, and this user may not use it`,
        service,
      );
    }
    return new WaterwallError('not-running', 'the proxy is not running', {
      fix: 'start it: waterwall up',
      cause: error,
    });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    const what = `${socketPath} is there, and this user may not open it`;
    return denied(what, run === service ? service : undefined, error);
  }
  const timedOut = code === 'ABORT_ERR' || name === 'TimeoutError' || name === 'AbortError';
  // No number: this becomes part of what a model is told, where the same state is the same bytes.
  const message = timedOut
    ? `the proxy did not answer in time at ${socketPath}`
    : `the proxy did not answer properly at ${socketPath} (${code ?? 'unexpected answer'})`;
  return new WaterwallError('io-error', message, {
    fix: 'look at its log; restart it if it hangs',
    details: { unanswered: true },
    cause: error,
  });
}

/** @param service - the run folder of the service, where it is that one */
function denied(
  message: string,
  service: string | undefined,
  cause?: unknown,
): WaterwallError<'io-error'> {
  const group = 'sudo usermod -aG waterwall "$USER", then log in anew';
  return new WaterwallError('io-error', message, {
    fix:
      service === undefined
        ? 'run the command as the user, or in the group, that Waterwall runs under'
        : `have yourself added to the group of its operators: ${group}`,
    details: { denied: true },
    cause,
  });
}

function mayLookInto(folder: string): boolean | undefined {
  try {
    accessSync(folder, constants.X_OK);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? false : undefined;
  }
}

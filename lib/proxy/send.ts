import type { ClientRequest, IncomingMessage } from 'node:http';
import { WaterwallError } from '../errors.ts';
import { slicesOf } from './slices.ts';
import type { SplitBody } from './split-body.ts';
import { type Upstream, type UpstreamRequest, unreachable } from './upstream.ts';

/** What {@link send} asks of the exchange. */
export interface SendHooks {
  /** Settles when the redaction line is durable; absent where nothing was redacted. */
  readonly recorded: Promise<void> | undefined;
  /** The gate; throws a refusal. Asked before each attempt and before the tail. */
  readonly gate: () => void;
  /** Aborted when the exchange ends before its time: then the request does too. */
  readonly signal: AbortSignal;
  /** Told when the whole request is on its way. */
  readonly onSent: () => void;
}

/** A body of at most this length, in bytes, leaves with its head in one packet. */
const ONE_PACKET = 16 * 1024;

/** Errors of a connection that the other side had already given up. */
const STALE = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);

/**
 * Sends a request and waits for the head of its answer. The body's tail leaves only after the
 * audit line is durable.
 *
 * A request that dies on a reused connection before its tail was sent goes once more, on a fresh
 * one: without the tail the provider cannot have acted on it. Later deaths fail as retryable.
 *
 * @throws WaterwallError `upstream-unreachable` (with `details.retryable` where a repetition by
 *   the agent makes sense), `upstream-tls`, or what `recorded` and `gate` throw
 */
export async function send(
  upstream: Upstream,
  host: string,
  request: UpstreamRequest,
  body: SplitBody,
  hooks: SendHooks,
): Promise<IncomingMessage> {
  // Where the request ends before anybody waits for its line.
  hooks.recorded?.catch(() => {});
  const first = await attempt(upstream, host, request, body, hooks, false);
  if (first !== 'stale') return first;
  const second = await attempt(upstream, host, request, body, hooks, true);
  if (second !== 'stale') return second;
  throw died(host, undefined);
}

async function attempt(
  upstream: Upstream,
  host: string,
  request: UpstreamRequest,
  body: SplitBody,
  hooks: SendHooks,
  fresh: boolean,
): Promise<IncomingMessage | 'stale'> {
  const { signal } = hooks;
  hooks.gate();
  const outgoing = upstream.begin(request, fresh);
  let tailSent = false;
  return new Promise((resolve, reject) => {
    let answered = false;
    const end = (error: unknown): void => {
      outgoing.destroy();
      reject(error);
    };
    // A request whose connection is still coming up tells nobody that it was destroyed.
    const onAbort = (): void => end(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    outgoing.once('response', (answer) => {
      answered = true;
      resolve(answer);
    });
    outgoing.once('upgrade', (answer, socket) => {
      socket.destroy();
      reject(unexpected(host, `status ${answer.statusCode} to a request without an upgrade`));
    });
    outgoing.once('close', () => {
      signal.removeEventListener('abort', onAbort);
      if (!answered) reject(died(host, undefined));
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      if (error instanceof WaterwallError) reject(error);
      else if (outgoing.reusedSocket && !tailSent && STALE.has(error.code ?? '')) resolve('stale');
      else if (error.code?.startsWith('HPE_') === true) reject(unexpected(host, error.code));
      else reject(died(host, error));
    });
    upload(outgoing, body, hooks, () => {
      tailSent = true;
    }).catch(end);
  });
}

/**
 * Writes a body: its head piece by piece, as the connection takes it and while the disk syncs, its
 * tail once the line is durable. Goes on after an answer that comes before.
 */
async function upload(
  outgoing: ClientRequest,
  body: SplitBody,
  hooks: SendHooks,
  onTail: () => void,
): Promise<void> {
  const { head } = body;
  const isShort = head.reduce((length, part) => length + part.length, 0) < ONE_PACKET;
  if (isShort) {
    // One packet where there is nothing to wait for. Never `flushHeaders`: it writes header fields
    // as UTF-8, and they are Latin-1 to Node.
    outgoing.cork();
    for (const part of head) outgoing.write(part);
  } else {
    for (const slice of slicesOf(head)) if (!(await written(outgoing, slice))) return;
  }
  if (hooks.recorded !== undefined) {
    if (isShort) outgoing.uncork();
    await hooks.recorded;
    hooks.gate();
  }
  onTail();
  outgoing.end(body.tail.length > 0 ? body.tail : undefined);
  hooks.onSent();
}

/** Settles when the connection has taken the bytes, with false where it never will. */
function written(outgoing: ClientRequest, bytes: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    outgoing.write(bytes, (error) => resolve(error == null));
  });
}

function died(host: string, cause: Error | undefined): WaterwallError {
  const error = unreachable(host, cause ?? new Error('the connection ended before an answer'));
  return new WaterwallError(error.code, error.message, {
    fix: 'try again: the provider ended the connection',
    cause,
    details: { retryable: true },
  });
}

function unexpected(host: string, what: string): WaterwallError {
  return new WaterwallError('upstream-unreachable', `${host} sent no valid HTTP answer (${what})`, {
    fix: 'check what `upstream` of this host points to',
  });
}

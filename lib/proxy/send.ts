import type { IncomingMessage } from 'node:http';
import { WaterwallError } from '../errors.ts';
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
  const answered = new Promise<IncomingMessage | 'stale'>((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.once('upgrade', (answer, socket) => {
      socket.destroy();
      reject(unexpected(host, `status ${answer.statusCode} to a request without an upgrade`));
    });
    outgoing.once('close', () => reject(died(host, undefined)));
    // A request whose connection is still coming up tells nobody that it was destroyed.
    signal.addEventListener(
      'abort',
      () => {
        outgoing.destroy();
        reject(signal.reason);
      },
      { once: true },
    );
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      if (error instanceof WaterwallError) reject(error);
      else if (outgoing.reusedSocket && !tailSent && STALE.has(error.code ?? '')) resolve('stale');
      else if (error.code?.startsWith('HPE_') === true) reject(unexpected(host, error.code));
      else reject(died(host, error));
    });
  });
  answered.catch(() => {});

  // One packet where there is nothing to wait for, else the head while the disk syncs. Never
  // `flushHeaders`: it writes header fields as UTF-8, and they are Latin-1 to Node.
  outgoing.cork();
  for (const part of body.head) outgoing.write(part);
  if (hooks.recorded !== undefined) {
    outgoing.uncork();
    try {
      const early = await Promise.race([hooks.recorded, answered]);
      if (early === 'stale') return early;
      await hooks.recorded;
      hooks.gate();
    } catch (error) {
      outgoing.destroy();
      throw error;
    }
  }
  tailSent = true;
  outgoing.end(body.tail.length > 0 ? body.tail : undefined);
  hooks.onSent();
  return answered;
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

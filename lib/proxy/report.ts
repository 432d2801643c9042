import type { IncomingMessage } from 'node:http';
import { identifyClient, safeId } from '../control/agents.ts';
import type { Scanner } from '../detect/types.ts';
import type { RefusalCode } from '../errors.ts';
import { maskSecrets } from '../redact/mask.ts';
import type { Redaction } from '../redact/types.ts';
import type { AuditedLines } from './exchange-audit.ts';
import type { ExchangeContext } from './exchange-context.ts';

/** How an exchange ended. */
export type Outcome = 'delivered' | 'refused' | 'broken-off' | 'client-gone';

/** What one exchange tells state, log and operator. Never a value. */
export interface ExchangeReport {
  readonly host: string;
  readonly method: string;
  /** The path without its query, and without what could be a value. */
  readonly path: string;
  readonly session: string | undefined;
  readonly request: string | undefined;
  readonly agent: string | undefined;
  /** Milliseconds of the monotonic clock. */
  readonly startedAt: number;
  endedAt: number;
  /** 0 until there is an answer. */
  status: number;
  outcome: Outcome;
  code: RefusalCode | undefined;
  redactions: readonly Redaction[];
  restored: number;
  unknown: number;
  /** The answer is a stream of events. */
  streaming: boolean;
  /** Milliseconds from the whole request read to its tail sent. */
  addedLatency: number | undefined;
  /** The part of it that finding and replacing took. */
  redactTime: number | undefined;
  /** Milliseconds from the tail sent to the head of the answer. */
  answerWait: number | undefined;
  readonly lines: AuditedLines;
}

/** A report of an exchange that begins now. Logs and state show it: secrets are taken out here. */
export function beginReport(
  request: IncomingMessage,
  host: string,
  scanner: Scanner,
  context: Pick<ExchangeContext, 'exact' | 'vault' | 'now'>,
): ExchangeReport {
  const now = context.now();
  const { session, request: id, agent } = identifyClient(request.rawHeaders);
  const [maskedPath = '', maskedSession = '', maskedId = ''] = maskSecrets(
    [request.url ?? '', session ?? '', id ?? ''],
    { scanner, exact: context.exact, vault: context.vault, now },
  );
  return {
    host,
    method: request.method ?? '',
    path: shownPath(maskedPath),
    session: session && safeId(maskedSession),
    request: id && safeId(maskedId),
    agent,
    startedAt: now,
    endedAt: now,
    status: 0,
    outcome: 'broken-off',
    code: undefined,
    redactions: [],
    restored: 0,
    unknown: 0,
    streaming: false,
    addedLatency: undefined,
    redactTime: undefined,
    answerWait: undefined,
    lines: {},
  };
}

/**
 * A path as state and log may show it, also where the request was refused before it was read: words
 * of an API are kept, ids and whatever else somebody put into it are not.
 */
function shownPath(target: string): string {
  const path = target.split(/[?#]/, 1)[0] ?? '';
  return path
    .split('/')
    .map((segment) => (WORD.test(segment) ? segment : '…'))
    .join('/');
}

/** No secret that a pattern knows is shorter than 17 characters or all letters. */
const WORD = /^(?:[a-z0-9._:-]{0,16}|[a-z_-]{1,32})$/i;

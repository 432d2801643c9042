import type { Homes } from '../config/types.ts';
import { adminRequest } from '../control/admin-client.ts';
import { adminEvents, type FollowOptions } from '../control/admin-events.ts';
import type { Progress } from '../control/admin-protocol.ts';
import { REFUSAL_CODES, SETUP_CODES, WaterwallError } from '../errors.ts';

type Answer = Readonly<Record<string, unknown>>;

/**
 * Asks the running daemon for something that should succeed.
 *
 * @throws WaterwallError what the daemon said where it did not, or `not-running`, `io-error`
 */
export async function askDaemon(
  homes: Homes,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
  timeoutMs?: number,
): Promise<Answer> {
  const options = timeoutMs === undefined ? {} : { timeoutMs };
  const answer = await adminRequest(homes, method, path, body, options);
  if (answer.status < 300) return answer.body as Answer;
  throw asError((answer.body as ErrorBody).error ?? {}, answer.status);
}

/**
 * Has the running daemon do something that takes its time.
 *
 * @param onProgress - told how far it is
 * @throws WaterwallError what the daemon said where it did not, or `not-running`, `io-error`
 */
export async function operateDaemon(
  homes: Pick<Homes, 'run'>,
  path: string,
  body: unknown,
  onProgress: (progress: Progress) => void,
  options: Omit<FollowOptions, 'body'> = {},
): Promise<Answer> {
  for await (const { event, data } of adminEvents(homes, 'POST', path, { ...options, body })) {
    if (event === 'progress') onProgress(data as Progress);
    if (event === 'result') return data as Answer;
    if (event === 'error') throw asError((data as ErrorBody).error ?? {}, 500);
  }
  throw new WaterwallError('io-error', 'Waterwall stopped before it was done', {
    fix: 'start it again, then repeat the command',
  });
}

interface ErrorBody {
  readonly error?: Partial<ToldError>;
}

interface ToldError {
  readonly code: string;
  readonly message: string;
  readonly fix: string;
  readonly details: Readonly<Record<string, unknown>>;
}

function asError(told: Partial<ToldError>, status: number): WaterwallError {
  const known = [...REFUSAL_CODES, ...SETUP_CODES].find((code) => code === told.code);
  return new WaterwallError(
    known ?? (status < 500 ? 'usage' : 'io-error'),
    told.message ?? `the daemon answered ${status}`,
    { fix: told.fix ?? 'look at the log of the daemon', details: told.details ?? {} },
  );
}

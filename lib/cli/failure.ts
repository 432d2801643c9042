import { WaterwallError } from '../errors.ts';
import { printJson, say } from './output.ts';
import { paintFor } from './style.ts';
import { describeSystemFault } from './system-fault.ts';

/** Codes that mean "no", not "could not": exit 1. */
const ANSWERS_NO = new Set<string>(['not-running', 'already-running', 'killswitch-engaged']);

/** Says what went wrong, and what to do about it; gives the exit code. */
export function reportFailure(error: unknown, json: boolean): number {
  const failure = asWaterwallError(error);
  if (json) {
    printJson({
      error: { ...failure.details, code: failure.code, message: failure.message, fix: failure.fix },
    });
  } else {
    const paint = paintFor(process.stderr);
    say(`${paint('red', 'waterwall:')} ${failure.message}`);
    say(`  ${paint('cyan', 'fix:')} ${failure.fix}`);
  }
  if (process.env['WATERWALL_DEBUG']) say(String(failure.cause ?? failure.stack));
  return ANSWERS_NO.has(failure.code) ? 1 : 2;
}

/** Says on stderr that a result did not get to where stdout leads. */
export function reportLostOutput(code: string): void {
  const fix = describeSystemFault(code)?.fix ?? 'send it to a file or a program that takes it';
  const message = `the output cannot be written (${code})`;
  reportFailure(new WaterwallError('io-error', message, { fix }), false);
}

function asWaterwallError(error: unknown): WaterwallError {
  if (error instanceof WaterwallError) return error;
  const { code, path } = error as NodeJS.ErrnoException;
  const fault = path === undefined ? undefined : describeSystemFault(code);
  if (fault !== undefined) {
    const { says, fix } = fault;
    return new WaterwallError('io-error', `${path}: ${says}`, { fix, cause: error });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new WaterwallError('io-error', message, {
    fix: 'run it again with WATERWALL_DEBUG=1 to see where this comes from',
    cause: error instanceof Error ? error.stack : undefined,
  });
}

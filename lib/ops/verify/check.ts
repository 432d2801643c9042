/** What a check of the installation says. */

import type { Progress } from '../../control/admin-protocol.ts';
import { WaterwallError } from '../../errors.ts';

/** In the order in which they are made and shown; DESIGN §4. */
export const STARTUP_CHECKS = [
  'ca_file',
  'signing_key',
  'patterns_complete',
  'chain_dir_writable',
  'listener_bindable',
  'admin_bindable',
  'ca_key_pair',
  'session_key',
  'sentinel_dir',
  'upstream_reachable',
] as const;

/** The same ten, asked of the running daemon. */
export const RUNTIME_CHECKS = [
  'ca_file',
  'signing_key',
  'patterns_complete',
  'chain_dir_writable',
  'listener_bound',
  'admin_bound',
  'ca_key_pair',
  'session_key',
  'sentinel_dir',
  'upstream_reachable',
] as const;

export type StartupCheck = (typeof STARTUP_CHECKS)[number];
export type RuntimeCheck = (typeof RUNTIME_CHECKS)[number];

/** What was found. `fix` says what to do; null where there is nothing to do. */
export interface Verdict {
  readonly status: 'ok' | 'warn' | 'fail';
  readonly message: string;
  readonly fix: string | null;
}

/** One check's result. */
export interface Check extends Verdict {
  readonly name: StartupCheck | RuntimeCheck;
}

/** What `waterwall verify-install` tells. */
export interface VerifyReport {
  readonly v: 1;
  readonly mode: 'startup' | 'runtime';
  /** No check failed; warnings do not count. */
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

export const ok = (message: string): Verdict => ({ status: 'ok', message, fix: null });
export const warn = (message: string, fix: string): Verdict => ({ status: 'warn', message, fix });
export const fail = (message: string, fix: string): Verdict => ({ status: 'fail', message, fix });

/** A check; whatever it throws is its verdict. */
export type Looking = () => Verdict | Promise<Verdict>;

/** A check begins, or has ended. */
export interface CheckProgress extends Progress {
  /** Its result, where it has ended. */
  readonly check?: Check;
}

export type TellCheck = (progress: CheckProgress) => void;

/** Makes all checks, one after the other: some take what others need. */
export async function report<Name extends Check['name']>(
  mode: VerifyReport['mode'],
  checks: Readonly<Record<Name, Looking>>,
  tell: TellCheck = () => {},
): Promise<VerifyReport> {
  const results: Check[] = [];
  const entries = Object.entries<Looking>(checks);
  const total = entries.length;
  for (const [step, look] of entries) {
    tell({ step, done: results.length, total });
    const check = { name: step as Name, ...(await verdictOf(look)) };
    results.push(check);
    tell({ step, done: results.length, total, check });
  }
  return { v: 1, mode, ok: results.every(({ status }) => status !== 'fail'), checks: results };
}

async function verdictOf(look: Looking): Promise<Verdict> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof WaterwallError) return fail(error.message, error.fix);
    const reason = error instanceof Error ? error.message : String(error);
    return fail(`could not be checked (${reason})`, 'mend what the reason names, then check again');
  }
}

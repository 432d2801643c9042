/** Whether agents may be started: the one definition that `run`, `status` and the hooks share. */

import type { Homes } from '../config/types.ts';
import { adminRequest } from '../control/admin-client.ts';
import type { Health } from '../control/health.ts';
import { WaterwallError } from '../errors.ts';

export interface ClosedGate {
  readonly open: false;
  readonly code: 'not-running' | 'unhealthy' | 'killswitch-engaged';
  /** What is wrong: a clause that can follow `Waterwall: `. */
  readonly reason: string;
  readonly fix: string;
  readonly health?: Health;
}

export type Gate = { readonly open: true; readonly health: Health } | ClosedGate;

/** Asks the daemon; settles within `patience` milliseconds or little more, whatever happens. */
export async function askGate(homes: Homes, patience: number): Promise<Gate> {
  try {
    const answer = await adminRequest(homes, 'GET', '/healthz', undefined, { timeoutMs: patience });
    return judge(answer.status === 200, answer.body as Health);
  } catch (error) {
    if (!(error instanceof WaterwallError)) throw error;
    const running = error.code !== 'not-running';
    return {
      open: false,
      code: 'not-running',
      reason: running ? error.message : 'the proxy is not running',
      fix: running ? error.fix : 'start it with `waterwall up`',
    };
  }
}

/** What an answered health request means. */
export function judge(healthy: boolean, health: Health): Gate {
  if (!healthy) {
    return {
      open: false,
      code: 'unhealthy',
      reason: `the proxy is not healthy (${health.problems.map(({ reason }) => reason).join('; ')})`,
      fix: 'see what mends it with `waterwall verify-install --runtime`',
      health,
    };
  }
  if (!health.killswitch_active) return { open: true, health };
  return {
    open: false,
    code: 'killswitch-engaged',
    reason: `the kill switch is engaged (sources: ${health.killswitch_sources.join(', ')})`,
    fix: howToClear(health.killswitch_sources),
    health,
  };
}

/** The command clears only its own source; the others have each their own way. */
function howToClear(sources: readonly string[]): string {
  return sources.every((source) => source === 'http')
    ? 'let egress go on with `waterwall killswitch disarm`'
    : 'see how to clear each with `waterwall killswitch status`';
}

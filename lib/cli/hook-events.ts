/** What an agent runs by itself; each ends the process. */

import { currentHomes } from '../ops/current-homes.ts';
import { askGate } from '../ops/health-gate.ts';
import { printNow, sayNow } from './output.ts';

/** The agent waits for a hook with its first prompt; it gives up after ten seconds. */
const PATIENCE = 2000;

/** Warns a session that starts. Always 0: an agent reads the answer only then. */
export async function sessionStart(): Promise<void> {
  const { hookAnswer } = await import('../ops/hook-answer.ts');
  const state = await askGate(currentHomes(process.env), PATIENCE);
  if (!state.open) printNow(JSON.stringify(hookAnswer(state)));
  process.exit(0);
}

/** Blocks a prompt, by 2, where the proxy is not well. */
export async function gate(): Promise<void> {
  try {
    const state = await askGate(currentHomes(process.env), PATIENCE);
    if (state.open) process.exit(0);
    sayNow(`Waterwall: ${state.reason}; ${state.fix}`);
  } catch (error) {
    // What cannot be told is not well.
    sayNow(`Waterwall: the gate failed: ${error instanceof Error ? error.message : error}`);
  }
  process.exit(2);
}

import type { Command } from 'commander';
import { examples } from './examples.ts';
import { printNow } from './output.ts';

/**
 * Milliseconds from the start of this process to its answer, whatever the daemon does: a wrapper
 * waits for it before every launch. A machine that takes most of it to start us is a busy one, on
 * which a daemon that is well needs its time too.
 */
const DEADLINE = 250;
const LEAST = 150;

export function configure(command: Command): void {
  command
    .description(
      'Silent and 0 where agents may be started; else says why as hook JSON, and 1. For wrappers that start an agent by other means than `waterwall run`.',
    )
    .addHelpText(
      'after',
      examples(['waterwall pre-launch-hook && exec claude "$@"', 'in a wrapper script']),
    )
    .action(preLaunchHook);
}

/** Answers a wrapper, and ends the process. */
export async function preLaunchHook(): Promise<void> {
  const { currentHomes } = await import('../ops/current-homes.ts');
  const { askGate } = await import('../ops/health-gate.ts');
  const patience = Math.max(LEAST, Math.round(DEADLINE - performance.now()));
  const gate = await askGate(currentHomes(process.env), patience);
  if (gate.open) process.exit(0);
  const { hookAnswer } = await import('../ops/hook-answer.ts');
  printNow(JSON.stringify(hookAnswer(gate)));
  process.exit(1);
}

import type { Command } from 'commander';
import { examples } from './examples.ts';
import { printNow } from './output.ts';

/** Answers within this time whatever the daemon does: a wrapper waits for it before every launch. */
const PATIENCE = 150;

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
  const gate = await askGate(currentHomes(process.env), PATIENCE);
  if (gate.open) process.exit(0);
  const { hookAnswer } = await import('../ops/hook-answer.ts');
  printNow(JSON.stringify(hookAnswer(gate)));
  process.exit(1);
}

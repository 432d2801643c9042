import type { Command } from 'commander';
import type { ReloadResult } from '../control/reload.ts';
import { examples } from './examples.ts';
import { reportFailure } from './failure.ts';
import { print, printJson } from './output.ts';

/** Compiling a long list of patterns takes its time. */
const PATIENCE = 30_000;

export function configure(command: Command): void {
  command
    .description(
      'Has the running proxy read its configuration again. A bad file changes nothing and is told with its place.',
    )
    .option('--json', 'print the answer as JSON')
    .addHelpText('after', examples(['waterwall reload', 'after editing patterns.yaml']))
    .action(async (options: { json?: boolean }) => {
      const { askDaemon } = await import('../ops/ask-daemon.ts');
      const { currentHomes } = await import('../ops/current-homes.ts');
      const homes = currentHomes(process.env);
      try {
        const answer = await askDaemon(homes, 'POST', '/admin/reload', undefined, PATIENCE);
        if (options.json) printJson(answer);
        else print(renderReload(answer as unknown as Reloaded));
      } catch (error) {
        // Refused, or nobody there: either way the answer to "reload" is no.
        reportFailure(error, options.json === true);
        process.exitCode = 1;
      }
    });
}

type Reloaded = Extract<ReloadResult, { ok: true }>;

/** What a reload changed, a row each; counts where names could hold a value. */
export function renderReload({ changed, diff, new_hash }: Reloaded): string {
  if (!changed) return 'nothing new: edits are taken over as they are saved';
  const rows = Object.entries(diff).flatMap(([name, value]: [string, unknown]) => {
    const text = Array.isArray(value) ? value.join(', ') : String(value);
    return text === '' || text === '0' ? [] : [`  ${name.replaceAll('_', ' ')}: ${text}`];
  });
  return [`reloaded, policy ${new_hash.slice(0, 16)}`, ...rows].join('\n');
}

import type { Command } from 'commander';
import type { HeldSource } from '../ops/killswitch-at-rest.ts';
import { examples } from './examples.ts';
import { print, printJson, say } from './output.ts';
import { harmless, type Paint, paintFor } from './style.ts';

interface Options {
  readonly reason?: string;
  readonly json?: boolean;
}

export function configure(command: Command): void {
  command
    .description(
      'Stops all egress at once, what is under way included, or lets it go on. Four sources can hold it: config, sigusr1, sentinel and http; this command is http.',
    )
    .addHelpText(
      'after',
      examples(
        ['waterwall killswitch arm --reason "key leaked"', 'stop everything'],
        ['waterwall killswitch disarm', 'go on'],
        ['waterwall killswitch status', 'who holds it, and why'],
      ),
    );
  command
    .command('arm')
    .description('Stop all egress.')
    .option('--reason <text>', 'why, for state and audit log')
    .option('--json', 'print the state as JSON')
    .action((options: Options) => act('arm', options));
  command
    .command('disarm')
    .description('Let go; tells which other sources still hold, and how to clear each.')
    .option('--reason <text>', 'why, for state and audit log')
    .option('--json', 'print the state as JSON')
    .action((options: Options) => act('disarm', options));
  command
    .command('status', { isDefault: true })
    .description('Tell who holds it, since when, and why.')
    .option('--json', 'print the state as JSON')
    .action((options: Options) => act('status', options));
}

async function act(action: 'arm' | 'disarm' | 'status', options: Options): Promise<void> {
  const { operateKillSwitch } = await import('../ops/operate-killswitch.ts');
  const { currentHomes } = await import('../ops/current-homes.ts');
  const result = await operateKillSwitch(currentHomes(process.env), action, options.reason);
  if (options.json) {
    printJson({
      active: result.sources.length > 0,
      sources_active: result.sources.map(({ source }) => source),
      sources: result.sources,
      running: result.running,
    });
  } else {
    print(renderSources(result.sources, paintFor(process.stdout)));
    if (result.note !== undefined) say(result.note);
  }
  process.exitCode = action === 'disarm' && result.sources.length > 0 ? 1 : 0;
}

/** The switch as lines of text. */
export function renderSources(sources: readonly HeldSource[], paint: Paint): string {
  if (sources.length === 0) return `kill switch ${paint('green', 'off')}`;
  const rows = sources.map(({ source, since, reason, clear }) => {
    const when = since === undefined ? '' : ` since ${since}`;
    return `  ${paint('bold', source)}${when}: ${harmless(reason)}\n    clear: ${clear}`;
  });
  return [`kill switch ${paint('red', 'engaged')}`, ...rows].join('\n');
}

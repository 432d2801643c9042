import { Argument, type Command } from 'commander';
import type { HeldSource } from '../ops/killswitch-at-rest.ts';
import { examples } from './examples.ts';
import { print, printJson, say } from './output.ts';
import { harmless, type Paint, paintFor } from './style.ts';

interface Options {
  readonly reason?: string;
  readonly json?: boolean;
}

const WAYS = `
Four ways to stop, and to let go:
  http      waterwall killswitch arm             waterwall killswitch disarm
  sentinel  touch RUN/kill                       rm RUN/kill
  sigusr1   kill -USR1 PID                       the same once more
  config    kill_switch: true in config.yaml     kill_switch: false
The folders: waterwall config. The process: RUN/proxy.pid`;

const ACTIONS = ['arm', 'disarm', 'status'] as const;
type Action = (typeof ACTIONS)[number];

export function configure(command: Command): void {
  command
    .description(
      'Stops all egress at once, what is under way included, or lets it go on. Four sources can hold it, each on its own; this command is one of them. status and disarm tell which hold, since when, why, and how to clear each.',
    )
    .addArgument(new Argument('[action]', 'what to do').choices(ACTIONS).default('status'))
    .option('--reason <text>', 'why, for state and audit log')
    .option('--json', 'print who holds it as JSON')
    .addHelpText(
      'after',
      `${examples(
        ['waterwall killswitch arm --reason "key leaked"', 'stop everything'],
        ['waterwall killswitch disarm', 'go on'],
        ['waterwall killswitch status', 'who holds it, and why'],
      )}\n${WAYS}\n\nExit status: 1 where disarm leaves it engaged`,
    )
    .action(act);
}

async function act(action: Action, options: Options): Promise<void> {
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

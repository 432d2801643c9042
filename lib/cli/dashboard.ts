import { type Command, InvalidArgumentError, Option } from 'commander';
import { WaterwallError } from '../errors.ts';
import { examples } from './examples.ts';

interface Options {
  readonly readOnly?: boolean;
  readonly ascii?: boolean;
  readonly theme?: 'cyberpunk' | 'cvd' | 'light' | 'mono';
  readonly reducedMotion?: boolean;
  readonly budget?: number;
}

export function configure(command: Command): void {
  command
    .description(
      'Shows the running proxy: what goes out and comes in, counters, kill switch, policy, audit log, sessions. Press ? for the keys, k to stop everything, q to quit; the proxy runs on.',
    )
    .option('--read-only', 'change nothing, whatever is pressed')
    .addOption(
      new Option('--theme <name>', 'colours')
        .choices(['cyberpunk', 'cvd', 'light', 'mono'])
        .env('WATERWALL_THEME'),
    )
    .option('--ascii', 'no characters beyond ASCII')
    .addOption(new Option('--reduced-motion', 'nothing flashes').env('WATERWALL_REDUCED_MOTION'))
    .option(
      '--budget <ms>',
      'added latency (p99) above which there is an alarm; else as config.yaml has it',
      milliseconds,
    )
    .addHelpText(
      'after',
      examples(
        ['waterwall dashboard', 'in this terminal'],
        ['waterwall dashboard --read-only', 'for a screen on the wall'],
        ['waterwall dashboard --theme cvd', 'blue and orange'],
      ),
    )
    .action(async (options: Options) => {
      process.exitCode = await showDashboard(options);
    });
}

/** @throws WaterwallError `usage` where there is nothing to draw on */
export function assertTerminal(): void {
  if (process.stdin.isTTY && process.stdout.isTTY && process.env['TERM'] !== 'dumb') return;
  throw new WaterwallError('usage', 'the dashboard needs a terminal', {
    fix: 'run it in one, or ask for one line: waterwall status',
  });
}

/** Shows it until somebody quits; the exit status. */
export async function showDashboard(options: Options): Promise<number> {
  assertTerminal();
  const { hostname, homedir } = await import('node:os');
  const { currentHomes } = await import('../ops/current-homes.ts');
  const { runOnTerminal } = await import('../../tui/run.ts');
  return runOnTerminal({
    homes: currentHomes(process.env),
    env: process.env,
    theme: options.theme,
    ascii: options.ascii === true,
    settings: {
      machine: hostname(),
      readOnly: options.readOnly === true,
      ...(options.budget === undefined ? {} : { budget: options.budget }),
      reducedMotion: options.reducedMotion === true,
      home: homedir(),
      folder: process.cwd(),
    },
  });
}

function milliseconds(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('a number of milliseconds');
  return value;
}

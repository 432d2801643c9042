import { type Command, InvalidArgumentError, Option } from 'commander';
import { examples } from './examples.ts';
import { type DashboardWishes, showDashboard } from './show-dashboard.ts';

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
    .action(async (options: DashboardWishes) => {
      process.exitCode = await showDashboard(options);
    });
}

function milliseconds(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('a number of milliseconds');
  return value;
}

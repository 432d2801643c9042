import { type Command, InvalidArgumentError } from 'commander';
import { examples } from './examples.ts';
import { print, printJson, say } from './output.ts';
import { withProgress } from './progress.ts';

interface Options {
  readonly hostsFile?: string;
  readonly outDir?: string;
  readonly days?: number;
  readonly json?: boolean;
}

export function configure(command: Command): void {
  command
    .description(
      'Makes a new CA for the hosts of permitted_hosts.yaml. Swaps it in only when complete, and keeps the old one beside it.',
    )
    .option('--hosts-file <file>', 'another host list')
    .option('--out-dir <folder>', 'write ca.pem and ca.key there, and leave the home alone')
    .option('--days <n>', 'how long it is good for', wholeDays)
    .option('--json', 'print what was made as JSON')
    .addHelpText(
      'after',
      examples(
        ['waterwall regen-ca', 'after adding a host; then restart the proxy'],
        ['waterwall regen-ca --days 90', 'a short-lived one'],
      ),
    )
    .action(async (options: Options) => {
      const { renewAuthority } = await import('../ops/renew-authority.ts');
      const { currentHomes } = await import('../ops/current-homes.ts');
      const { json, ...wanted } = options;
      const homes = currentHomes(process.env);
      const report = await withProgress('making a CA', () =>
        renewAuthority(homes, { ...wanted, now: Date.now() }),
      );
      if (json) return printJson(report);
      for (const path of report.written) print(path);
      for (const path of report.backups) say(`the old one is ${path}`);
      say(`good for ${report.hosts.join(', ')} until ${report.not_after.slice(0, 10)}`);
      if (options.outDir !== undefined) return;
      say('restart the proxy, and the agents that run: they still trust the old one');
    });
}

function wholeDays(text: string): number {
  const days = Number(text);
  if (Number.isInteger(days) && days > 0 && days <= 36_500) return days;
  throw new InvalidArgumentError('it must be a whole number of days, 1 to 36500.');
}

import type { Command } from 'commander';
import type { DescribedSetting } from '../config/describe.ts';
import { examples } from './examples.ts';
import { homesJson } from './homes-json.ts';
import { print, printJson } from './output.ts';
import { type Paint, paintFor } from './style.ts';

export function configure(command: Command): void {
  command
    .description('Prints every setting as it holds, and where each came from.')
    .option('--json', 'print them as JSON')
    .addHelpText(
      'after',
      examples(
        ['waterwall config', 'all settings, and the folders'],
        ['waterwall config --json', 'for programs'],
      ),
    )
    .action(async (options: { json?: boolean }) => {
      const { describeSettings } = await import('../config/describe.ts');
      const { currentHomes } = await import('../ops/current-homes.ts');
      const homes = currentHomes(process.env);
      const settings = describeSettings(homes);
      if (options.json) return printJson({ homes: homesJson(homes), settings });
      const paint = paintFor(process.stdout);
      const folders = [
        ['config', homes.config],
        ['log', homes.log],
        ['run', homes.run],
      ].map(([name, path]) => `${name?.padEnd(7)} ${path}`);
      print([...folders, paint('dim', `chosen by ${homes.chosenBy}`), ''].join('\n'));
      print(renderSettings(settings, paint));
    });
}

/** A row a setting; what the file says stands out. */
export function renderSettings(settings: readonly DescribedSetting[], paint: Paint): string {
  const keys = Math.max(...settings.map(({ key }) => key.length));
  const values = Math.max(...settings.map(({ value }) => shown(value).length));
  return settings
    .map(({ key, value, from, line }) => {
      const origin = from === 'file' ? `config.yaml:${line}` : 'default';
      const row = `${key.padEnd(keys)}  ${shown(value).padEnd(values)}  `;
      return from === 'file' ? row + paint('cyan', origin) : row + paint('dim', origin);
    })
    .join('\n');
}

function shown(value: DescribedSetting['value']): string {
  return value === null ? '-' : String(value);
}

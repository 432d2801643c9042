import type { Command } from 'commander';
import { examples } from './examples.ts';
import { homesJson } from './homes-json.ts';
import { print, printJson, say } from './output.ts';

export function configure(command: Command): void {
  command
    .description(
      'Makes configuration, CA, keys and log where there are none yet. Overwrites nothing.',
    )
    .option('--json', 'print what was made as JSON')
    .addHelpText(
      'after',
      examples(
        ['waterwall init', 'in the usual place'],
        ['WATERWALL_HOME=./ww waterwall init', 'in a folder of its own'],
      ),
    )
    .action(async (options: { json?: boolean }) => {
      const { prepareHome } = await import('./prepare-home.ts');
      const { homes, made } = await prepareHome();
      if (options.json) return printJson({ homes: homesJson(homes), made });
      if (made.length === 0) say('everything is there already');
      for (const path of made) print(path);
    });
}

import type { Command } from 'commander';
import { examples } from './examples.ts';
import { homesJson } from './homes-json.ts';
import { print, printJson, say } from './output.ts';

export function configure(command: Command): void {
  command
    .description(
      'Makes configuration, CA, keys and log where there are none yet. Overwrites nothing.',
    )
    .option(
      '--new-log',
      'end the audit log as it is and begin a new one that names it; for one that is damaged',
    )
    .option('--json', 'print what was made as JSON')
    .addHelpText(
      'after',
      examples(
        ['waterwall init', 'in the usual place'],
        ['WATERWALL_HOME=./ww waterwall init', 'in a folder of its own'],
        ['waterwall init --new-log', 'go on after a log was damaged or lost'],
      ),
    )
    .action(async (options: { json?: boolean; newLog?: boolean }) => {
      if (options.newLog) return newLog(options.json === true);
      const { prepareHome } = await import('./prepare-home.ts');
      const { homes, made } = await prepareHome();
      if (options.json) return printJson({ homes: homesJson(homes), made });
      if (made.length === 0) say('everything is there already');
      for (const path of made) print(path);
    });
}

async function newLog(json: boolean): Promise<void> {
  const { renewLog } = await import('../ops/renew-log.ts');
  const { currentHomes } = await import('../ops/current-homes.ts');
  const homes = currentHomes(process.env);
  const { closed, made, next } = await renewLog(homes);
  if (json) return printJson({ homes: homesJson(homes), made, closed });
  print(`the old log lies in ${closed}`);
  for (const path of made) print(path);
  if (next !== undefined) say(next);
}

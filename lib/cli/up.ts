import { type Command, Option } from 'commander';
import { formatAddress } from '../config/load/address.ts';
import type { Homes } from '../config/types.ts';
import { WaterwallError } from '../errors.ts';
import type { LogFormat } from './daemon-log.ts';
import { examples } from './examples.ts';
import { print, printJson, say } from './output.ts';
import { paintFor } from './style.ts';

/** To find out whether it runs already: a daemon that is well answers at once. */
const PATIENCE = 1000;

interface Options {
  readonly detach?: boolean;
  readonly dashboard?: boolean;
  readonly json?: boolean;
  readonly logFormat?: LogFormat;
}

export function configure(command: Command): void {
  command
    .description(
      'Makes what is missing (configuration, CA, keys, log), starts the proxy and shows a line per request. Ctrl-C lets streams finish and ends it.',
    )
    .option('--detach', 'in the background; returns when it is healthy')
    .addOption(
      new Option(
        '--log-format <format>',
        'what it writes while it runs; overrides log.format',
      ).choices(['auto', 'text', 'json']),
    )
    .addOption(
      new Option(
        '--dashboard',
        'in the background, and show the dashboard; it runs on when that is quit',
      ).conflicts('json'),
    )
    .option('--json', 'with --detach: print address, process and log as JSON')
    .addHelpText(
      'after',
      examples(
        ['waterwall up', 'in this terminal'],
        ['waterwall up --detach', 'in the background'],
        ['waterwall up --dashboard', 'in the background, and watch it'],
        ['WATERWALL_HOME=./ww waterwall up', 'with a home of its own'],
      ),
    )
    .action(async (options: Options) => {
      if (options.dashboard) {
        const { assertTerminal, showDashboard } = await import('./show-dashboard.ts');
        assertTerminal();
        await up({ ...options, detach: true }).catch(unlessStopped);
        process.exitCode = await showDashboard({});
      } else await up(options);
    });
}

async function up(options: Options): Promise<void> {
  const { prepareHome } = await import('./prepare-home.ts');
  const { askGate } = await import('../ops/health-gate.ts');
  const { currentHomes } = await import('../ops/current-homes.ts');
  const gate = await askGate(currentHomes(process.env), PATIENCE);
  if (gate.open || gate.code !== 'not-running')
    return alreadyRunning(options.detach === true, options.json === true);
  const { homes, made } = await prepareHome();
  for (const path of made) say(`made ${path}`);
  if (options.detach) return detached(homes, options);
  const { serve } = await import('./serve.ts');
  process.exitCode = await serve(homes, options.logFormat);
}

/** Whoever wants to watch a proxy whose kill switch holds is the one who may let it go. */
function unlessStopped(error: unknown): void {
  if (!(error instanceof WaterwallError) || error.code !== 'killswitch-engaged') throw error;
  say(error.message);
}

/** What `--detach` asks for is there already; a foreground process cannot be. */
function alreadyRunning(detach: boolean, json: boolean): void {
  if (!detach) {
    throw new WaterwallError('already-running', 'the proxy runs already', {
      fix: 'use it (waterwall run -- claude), or stop it first',
    });
  }
  if (json) printJson({ already_running: true });
  else print('the proxy runs already');
}

async function detached(homes: Homes, { json, logFormat }: Options): Promise<void> {
  const { packageRoot } = await import('../config/package-root.ts');
  const { startDetached } = await import('../ops/detach.ts');
  const { agentFiles } = await import('../ops/agent-files.ts');
  const { introduction } = await import('./introduction.ts');
  const launcher = `${packageRoot()}/bin/waterwall.js`;
  const { loadSettings } = await import('../config/load/settings.ts');
  // Nobody watches it: what is kept is read by programs later.
  const configured = logFormat ?? loadSettings(homes).log.format;
  const format = configured === 'auto' ? 'json' : configured;
  const command = [process.execPath, launcher, 'up', '--log-format', format] as const;
  const { pid, log, gate } = await startDetached(homes, [...command], process.env);
  const files = await agentFiles(homes);
  const facts = { pid, log, listen: formatAddress(files.listen) };
  if (!gate.open) {
    throw new WaterwallError(
      gate.code === 'killswitch-engaged' ? 'killswitch-engaged' : 'not-running',
      `the proxy runs as process ${pid}, but ${gate.reason}`,
      { fix: gate.fix, details: facts },
    );
  }
  if (json) return printJson({ already_running: false, ...facts });
  print(introduction(files, paintFor(process.stdout)));
  print(`running as process ${pid}, output in ${log}; stop it: kill ${pid}`);
}

import type { Command } from 'commander';
import type { HookReport } from '../ops/hook/installation.ts';
import { examples } from './examples.ts';
import { print, printJson, say } from './output.ts';
import { type Colour, type Paint, paintFor } from './style.ts';

interface Options {
  readonly settings?: string;
  readonly statusline?: boolean;
  readonly memory?: string | true;
  readonly json?: boolean;
}

export function configure(command: Command): void {
  command
    .description(
      "Puts Waterwall into Claude Code's settings: a session is told when the proxy is not well, and no prompt is sent until it is. Everything else in the file stays as it is.",
    )
    .addHelpText(
      'after',
      examples(
        ['waterwall hook install', 'both hooks'],
        ['waterwall hook install --statusline', 'and the status line'],
        ['waterwall hook status', 'what is installed'],
        ['waterwall hook uninstall', 'as it was before'],
      ),
    );
  installing(command.command('install').summary('put the hooks in'));
  editing(command.command('uninstall').summary('take everything out again'))
    .description("Takes out everything of Waterwall's.")
    .addHelpText('after', examples(['waterwall hook uninstall', 'hooks, status line, memory']))
    .action(act('uninstall'));
  editing(command.command('status').summary('tell what is installed'))
    .description('Tells what is installed. Exit status 0 only where both hooks work.')
    .addHelpText('after', examples(['waterwall hook status --json', 'for scripts']))
    .action(act('status'));
  command
    .command('session-start')
    .summary('what the agent runs when a session starts')
    .description(
      'Prints a warning for the session, as hook JSON, where the proxy is not well; nothing otherwise. Always exits 0: the agent reads it only then.',
    )
    .addHelpText('after', examples(['waterwall hook session-start', 'what a session is told now']))
    .action(async () => (await import('./hook-events.ts')).sessionStart());
  command
    .command('gate')
    .summary('what the agent runs before each prompt')
    .description(
      'Exits 2, which blocks the prompt, and says why on stderr, where the proxy is not well.',
    )
    .addHelpText('after', examples(['waterwall hook gate; echo $?', 'whether a prompt may go']))
    .action(async () => (await import('./hook-events.ts')).gate());
}

function installing(command: Command): void {
  editing(command)
    .description('Puts the hooks in, and keeps a copy of the settings beside them.')
    .option('--statusline', 'the status line too, unless there is another')
    .option('--memory [file]', 'tell the model about placeholders (default: CLAUDE.md beside it)')
    .addHelpText(
      'after',
      examples(
        ['waterwall hook install', "in ~/.claude, or Claude Code's own variable"],
        ['waterwall hook install --memory', 'and a paragraph in CLAUDE.md'],
        ['waterwall hook install --memory ~/.codex/AGENTS.md', "in another agent's memory"],
      ),
    )
    .action(act('install'));
}

function editing(command: Command): Command {
  return command
    .option('--settings <file>', 'another settings file')
    .option('--json', 'print what was found as JSON');
}

type Action = 'install' | 'uninstall' | 'status';

function act(action: Action): (options: Options) => Promise<void> {
  return async (options) => {
    const operations = await import('../ops/hook/installation.ts');
    const { launchOf } = await import('../ops/hook/launch.ts');
    const { settings, memory } = options;
    const files = operations.hookFiles(process.env, {
      ...(settings === undefined ? {} : { settings }),
      ...(typeof memory === 'string' ? { memory } : {}),
    });
    const launch = launchOf(process.env);
    const report = await {
      install: async () => {
        const { memoryText } = await import('../ops/hook/launch.ts');
        return operations.installHooks(files, launch, {
          statusline: options.statusline === true,
          memory: memory === undefined ? undefined : memoryText(),
        });
      },
      uninstall: () => operations.uninstallHooks(files, launch),
      status: () => operations.hookStatus(files, launch),
    }[action]();
    if (options.json) printJson({ v: 1, ...report });
    else print(renderHooks(report, paintFor(process.stdout)));
    if (!options.json) for (const line of advice(action, report)) say(line);
    process.exitCode = action === 'uninstall' || report.active ? 0 : 1;
  };
}

const LABELS = [
  ['session_start', 'SessionStart'],
  ['gate', 'UserPromptSubmit'],
  ['statusline', 'status line'],
] as const;

const COLOURS: Readonly<Record<string, Colour>> = { installed: 'green', outdated: 'red' };

/** The report as lines of text. */
export function renderHooks(report: HookReport, paint: Paint): string {
  const row = (label: string, state: string): string =>
    `  ${label.padEnd(16)}  ${paint(COLOURS[state] ?? 'dim', state)}`;
  return [
    report.settings,
    ...LABELS.map(([place, label]) => row(label, report[place])),
    row('memory', report.memory.state),
  ].join('\n');
}

function advice(action: Action, report: HookReport): readonly string[] {
  if (action === 'uninstall') return report.changed.length === 0 ? ['nothing was installed'] : [];
  const lines: string[] = [];
  if (report.hooks_disabled) {
    lines.push(`the agent runs no hooks: take disableAllHooks out of ${report.settings}`);
  } else if (!report.active) {
    lines.push('install the hooks with `waterwall hook install`');
  }
  if (action === 'install') {
    if (report.changed.length === 0) lines.push('everything was there already');
    else lines.push('sessions that run already read it when they are started again');
    if (report.backup !== null) lines.push(`the settings before: ${report.backup}`);
    if (report.statusline === 'foreign') lines.push('there is another status line: it stays');
  }
  return lines;
}

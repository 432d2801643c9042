import type { Command } from 'commander';
import type { Progress } from '../control/admin-protocol.ts';
import type { Check, VerifyReport } from '../ops/verify/check.ts';
import { examples } from './examples.ts';
import { print, printJson } from './output.ts';
import { withProgress } from './progress.ts';
import { type Colour, harmless, type Paint, paintFor } from './style.ts';

interface Options {
  readonly runtime?: boolean;
  readonly json?: boolean;
}

export function configure(command: Command): void {
  command
    .description(
      'Makes ten checks: whether Waterwall could start here and would keep its promises. With --runtime the running proxy makes them, and sends a made-up secret the whole way to a provider inside itself.',
    )
    .option('--runtime', 'ask the running proxy')
    .option('--json', 'print the results as JSON')
    .addHelpText(
      'after',
      `${examples(
        ['waterwall verify-install', 'before the first start'],
        ['waterwall verify-install --runtime', 'while it runs'],
      )}\n\nExit status: 1 where a check failed; warnings do not count`,
    )
    .action(async (options: Options) => {
      const report = await withProgress('checking', (label) =>
        verify(options.runtime === true, ({ step, done, total }) =>
          label(`checking ${done}/${total} ${step}`),
        ),
      );
      if (options.json) printJson(report);
      else print(renderVerification(report, paintFor(process.stdout)));
      process.exitCode = report.ok ? 0 : 1;
    });
}

async function verify(runtime: boolean, tell: (progress: Progress) => void): Promise<VerifyReport> {
  const { currentHomes } = await import('../ops/current-homes.ts');
  const homes = currentHomes(process.env);
  if (runtime) {
    const { operateDaemon } = await import('../ops/ask-daemon.ts');
    const answer = await operateDaemon(homes, '/admin/verify-install', undefined, tell);
    return answer as unknown as VerifyReport;
  }
  const { verifyStartup } = await import('../ops/verify/startup.ts');
  return verifyStartup(homes, tell);
}

const MARKS: Readonly<Record<Check['status'], { word: string; colour: Colour }>> = {
  ok: { word: 'ok', colour: 'green' },
  warn: { word: 'warn', colour: 'yellow' },
  fail: { word: 'FAIL', colour: 'red' },
};

/** The report as lines of text. */
export function renderVerification({ checks }: VerifyReport, paint: Paint): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const rows = checks.map(({ name, status, message, fix }) => {
    const { word, colour } = MARKS[status];
    const mend = fix === null ? '' : `\n      ${paint('cyan', 'fix:')} ${fix}`;
    return `${paint(colour, word.padEnd(4))}  ${name.padEnd(width)}  ${harmless(message)}${mend}`;
  });
  const count = (status: Check['status']): number =>
    checks.filter((check) => check.status === status).length;
  const sum = `${count('ok')} ok, ${count('warn')} to look at, ${count('fail')} failed`;
  return [...rows, sum].join('\n');
}

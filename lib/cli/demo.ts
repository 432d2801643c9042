import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { DemoReport } from '../ops/demo/report.ts';
import { examples } from './examples.ts';
import { print, printJson } from './output.ts';
import { withProgress } from './progress.ts';
import { paintFor } from './style.ts';

export function configure(command: Command): void {
  command
    .description(
      'Shows the round trip of a secret: what an agent sends, what the provider sees, what comes back, and the audit log. The real proxy, a provider of its own, made-up secrets; needs no account and no network, and leaves nothing behind.',
    )
    .option('--json', 'print what happened as JSON')
    .addHelpText('after', examples(['waterwall demo', 'see for yourself']))
    .action(async (options: { json?: boolean }) => {
      const { passed } = await import('../ops/demo/report.ts');
      const { renderDemo } = await import('./demo-view.ts');
      const report = await withProgress('making a CA, starting proxy and provider', play);
      if (options.json) printJson({ ...report, passed: passed(report) });
      else print(renderDemo(report, paintFor(process.stdout), process.stdout.columns || 80));
      process.exitCode = passed(report) ? 0 : 1;
    });
}

async function play(): Promise<DemoReport> {
  const { playRoundTrip } = await import('../ops/demo/round-trip.ts');
  const { startDaemon } = await import('../proxy/daemon.ts');
  const { readVersion } = await import('./version.ts');
  const root = mkdtempSync(join(tmpdir(), 'waterwall-demo-'));
  const clean = (): void => rmSync(root, { recursive: true, force: true });
  process.once('exit', clean);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => process.exit(130));
  }
  return await playRoundTrip({
    root,
    now: new Date(),
    start: (homes) => startDaemon({ homes, version: readVersion() }),
  });
}

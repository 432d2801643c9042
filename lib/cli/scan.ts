import type { Command } from 'commander';
import type { Finding } from '../ops/findings.ts';
import { examples } from './examples.ts';
import { print, printJson, say } from './output.ts';
import { harmless, paintFor } from './style.ts';
import { describeSystemFault } from './system-fault.ts';

export function configure(command: Command): void {
  command
    .description(
      'Tells what the proxy would replace in files: type, line and column, never the value. Folders with all they hold, but for .git and node_modules.',
    )
    .argument('[files...]', 'files and folders; - or none: standard input')
    .option('--json', 'print the findings as JSON')
    .addHelpText(
      'after',
      `${examples(
        ['waterwall scan .env src/', 'a file and a folder'],
        ['git diff | waterwall scan', 'what is about to be committed'],
      )}\n\nExit status: 0 nothing found, 1 something found, 2 a file could not be read`,
    )
    .action(async (files: string[], options: { json?: boolean }) => {
      const { openSecretFinder } = await import('../ops/secret-finder.ts');
      const { scanFiles } = await import('../ops/scan-files.ts');
      const { currentHomes } = await import('../ops/current-homes.ts');
      const finder = openSecretFinder(currentHomes(process.env));
      if (finder.withoutKnown !== undefined) say(`only patterns: ${finder.withoutKnown}`);
      const paint = paintFor(process.stdout);
      const findings: ({ file: string } & Finding)[] = [];
      const skipped: { file: string; reason: string }[] = [];
      let scanned = 0;
      let failed = false;
      const paths = files.length === 0 ? ['-'] : files;
      for await (const result of scanFiles(paths, finder, process.stdin)) {
        const name = harmless(result.file);
        if (!('findings' in result)) {
          failed ||= 'failed' in result;
          const reason = 'failed' in result ? result.failed : result.skipped;
          skipped.push({ file: result.file, reason });
          say(`${name}: not looked at: ${describeSystemFault(reason)?.says ?? reason}`);
          continue;
        }
        scanned++;
        for (const finding of result.findings) {
          findings.push({ file: result.file, ...finding });
          if (options.json) continue;
          print(`${name}:${finding.line}:${finding.column}: ${paint('yellow', finding.type)}`);
        }
      }
      if (options.json) printJson({ files: scanned, findings, skipped });
      process.exitCode = failed ? 2 : findings.length > 0 ? 1 : 0;
    });
}

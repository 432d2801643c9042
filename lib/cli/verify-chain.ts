import type { Command } from 'commander';
import type { ChainReport } from '../audit/verify.ts';
import { examples } from './examples.ts';
import { print, printJson } from './output.ts';
import { type Paint, paintFor } from './style.ts';

export function configure(command: Command): void {
  command
    .description(
      'Verifies an audit log: the chain folder, or one segment of it. Needs nothing but the files.',
    )
    .argument('[path]', 'chain folder or segment (default: of the home)')
    .option('--pubkey <file>', "the signer's public key")
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      `${examples(
        ['waterwall verify-chain', 'the log of this home'],
        ['waterwall verify-chain ./chain --pubkey signing.pub', 'a log from elsewhere'],
      )}\n\nExit status: 0 clean, 1 tampered, 2 input/output error, 3 intact but incomplete`,
    )
    .action(async (path: string | undefined, options: { pubkey?: string; json?: boolean }) => {
      const { verifyChain } = await import('../audit/verify.ts');
      const report = await verifyChain(path ?? (await chainOfHome()));
      if (options.json) printJson(report);
      else print(renderReport(report, paintFor(process.stdout)));
      process.exitCode = chainExitCode(report);
    });
}

async function chainOfHome(): Promise<string> {
  const { filesOf } = await import('../config/files.ts');
  const { currentHomes } = await import('../ops/current-homes.ts');
  return filesOf(currentHomes(process.env)).chain;
}

/** Without a signed checkpoint a chain is never clean: whoever can write it can rewrite it. */
export function chainExitCode(report: ChainReport): number {
  return report.verdict === 'tampered' ? 1 : 3;
}

/** The report as lines of text. */
export function renderReport(report: ChainReport, paint: Paint): string {
  const range = report.lines === 0 ? 'no lines' : `lines ${report.first} to ${report.last}`;
  const torn = report.torn === 0 ? [] : [`  ${report.torn} bytes of an incomplete line at the end`];
  if (report.tampered !== undefined) {
    const { file, line, seq, reason } = report.tampered;
    const where = line === 0 ? file : `${file}:${line}`;
    return [
      `${paint('red', 'tampered')}: ${where} (line ${seq} is due): ${reason}`,
      `  ${range} hold together`,
    ].join('\n');
  }
  return [
    `${paint('yellow', 'intact but unsigned')}: ${range} hold together`,
    `  head ${report.head}`,
    ...torn,
    '  no signed checkpoint: the hashes link the lines, but nobody vouches for their end',
  ].join('\n');
}

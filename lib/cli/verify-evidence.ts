import type { Command } from 'commander';
import type { EvidenceVerdict } from '../audit/evidence/verify.ts';
import { examples } from './examples.ts';
import { print, printJson } from './output.ts';
import { withProgress } from './progress.ts';
import { type Paint, paintFor } from './style.ts';
import { chosenKeys } from './verifier-keys.ts';

export function configure(command: Command): void {
  command
    .description(
      'Verifies an evidence bundle: signatures, lines, receipts, session manifests and counts, each held against the others.',
    )
    .argument('<bundle>', 'what export-evidence wrote (.tar.gz)')
    .option('--pubkey <file>', "the log's signing.pub, from elsewhere (default: the home's)")
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      `${examples([
        'waterwall verify-evidence evidence.tar.gz --pubkey signing.pub',
        'with the key you trust',
      ])}\n\nExit status: 0 clean, 1 tampered, 2 usage or I/O, 3 no trusted key`,
    )
    .action(async (path: string, options: { pubkey?: string; json?: boolean }) => {
      const { exitCodeOf } = await import('../audit/verify.ts');
      const { verifyEvidence } = await import('../audit/evidence/verify.ts');
      const keys = await chosenKeys(options.pubkey);
      const report = await withProgress('verifying', () => verifyEvidence(path, keys));
      if (options.json) printJson(report);
      else print(renderEvidence(report, paintFor(process.stdout)));
      process.exitCode = exitCodeOf(report);
    });
}

/** The report as lines of text. */
export function renderEvidence(report: EvidenceVerdict, paint: Paint): string {
  const { tampered, incomplete, first, last, checkpoint } = report;
  const counts = `${report.files} files, ${report.receipts} receipts, ${report.manifests} session manifests`;
  if (tampered !== undefined) {
    return `${paint('red', 'tampered')}: ${tampered.file}: ${tampered.reason}`;
  }
  const verdict =
    report.verdict === 'clean' ? paint('green', 'clean') : paint('yellow', 'intact but incomplete');
  return [
    `${verdict}: lines ${first} to ${last} of ${report.origin}`,
    ...incomplete.map((reason) => `  ${reason}`),
    `  signed through line ${(checkpoint?.size ?? 0) - 1}; ${counts}`,
  ].join('\n');
}

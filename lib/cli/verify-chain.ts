import type { Command } from 'commander';
import type { ChainReport } from '../audit/verify.ts';
import { examples } from './examples.ts';
import { print, printJson } from './output.ts';
import { withProgress } from './progress.ts';
import { type Paint, paintFor } from './style.ts';
import { chainOfHome, chosenKeys } from './verifier-keys.ts';

interface Options {
  readonly pubkey?: string;
  readonly known?: readonly string[];
  readonly json?: boolean;
}

export function configure(command: Command): void {
  command
    .description(
      'Verifies an audit log: the chain folder, or one segment of it. Needs nothing but the files and the public key.',
    )
    .argument('[path]', 'chain folder or segment (default: of the home)')
    .option('--pubkey <file>', "the log's signing.pub (default: the home's, for the home's log)")
    .option('--known <file...>', 'checkpoints that you kept, which the log must still contain')
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      `${examples(
        ['waterwall verify-chain', 'the log of this home'],
        ['waterwall verify-chain ./chain --pubkey signing.pub', 'a log from elsewhere'],
        ['waterwall verify-chain --known kept.notes', 'and nothing was rolled back since'],
      )}\n\nExit status: 0 clean, 1 tampered, 2 usage or I/O, 3 intact but incomplete`,
    )
    .action(async (path: string | undefined, options: Options) => {
      const { exitCodeOf, verifyChain } = await import('../audit/verify.ts');
      const at = path ?? (await chainOfHome());
      const keys = await chosenKeys(options.pubkey, at);
      const { known = [] } = options;
      const report = await withProgress('verifying', () => verifyChain(at, { keys, known }));
      if (options.json) printJson(report);
      else print(renderReport(report, paintFor(process.stdout)));
      process.exitCode = exitCodeOf(report);
    });
}

/** The report as lines of text. */
export function renderReport(report: ChainReport, paint: Paint): string {
  const { tampered, lines, first, last } = report;
  const sound = lines === 0 ? 'no line before it' : `lines ${first} to ${last} hold together`;
  if (tampered !== undefined) {
    const { file, line, seq, reason } = tampered;
    const where = line === 0 ? file : `${file}:${line}`;
    return [
      `${paint('red', 'tampered')}: ${where} (line ${seq} is due): ${reason}`,
      `  ${sound}`,
    ].join('\n');
  }
  const verdict =
    report.verdict === 'clean' ? paint('green', 'clean') : paint('yellow', 'intact but incomplete');
  return [
    `${verdict}: ${lines === 0 ? 'no line yet' : sound}`,
    ...report.incomplete.map((reason) => `  ${reason}`),
    ...signedRows(report),
    `  head ${report.head}`,
    ...(report.torn === 0 ? [] : [`  ${report.torn} bytes of an incomplete line at the end`]),
    ...silenceRows(report),
  ].join('\n');
}

function signedRows({ signed_through, unsigned_tail, checkpoints }: ChainReport): string[] {
  if (signed_through === undefined) return [];
  const tail = unsigned_tail === 0 ? 'no line after it' : `${unsigned_tail} lines after it`;
  return [`  signed through line ${signed_through}, ${tail}; ${checkpoints} checkpoints verified`];
}

function silenceRows({ gaps, longest_gap, unclean_starts }: ChainReport): string[] {
  const longest =
    longest_gap === undefined
      ? ''
      : `, the longest ${longest_gap.seconds} s after line ${longest_gap.after}`;
  return [
    ...(gaps === 0 ? [] : [`  ${gaps} silences of more than ten minutes${longest}`]),
    ...(unclean_starts === 0 ? [] : [`  ${unclean_starts} starts without a stop before`]),
  ];
}

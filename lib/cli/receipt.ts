import type { Command } from 'commander';
import { WaterwallError } from '../errors.ts';
import { examples } from './examples.ts';
import { print, printJson, say } from './output.ts';
import { withProgress } from './progress.ts';

interface Options {
  readonly out?: string;
  readonly json?: boolean;
}

export function configure(command: Command): void {
  command
    .description(
      "Makes the receipt of one line of this home's audit log: the line, and the proof that the log holds it.",
    )
    .argument('<seq>', "the line's number")
    .option('-o, --out <file>', 'write it there instead of printing it')
    .option('--json', 'print the receipt inside JSON')
    .addHelpText(
      'after',
      examples(
        ['waterwall receipt 42 > 42.tlog-proof', 'the receipt of line 42'],
        ['waterwall verify-receipt 42.tlog-proof', 'verify it'],
      ),
    )
    .action(async (digits: string, { out, json }: Options) => {
      if (!/^\d{1,15}$/.test(digits)) {
        throw new WaterwallError('usage', `${digits} is not the number of a line`, {
          fix: 'give the seq of a line, as the log and the dashboard show it',
        });
      }
      const seq = Number(digits);
      const { makeReceipt } = await import('../ops/receipt.ts');
      const { currentHomes } = await import('../ops/current-homes.ts');
      const receipt = await withProgress('reading the log', () =>
        makeReceipt(currentHomes(process.env), seq),
      );
      if (out !== undefined) {
        const { writeFileSync } = await import('node:fs');
        writeFileSync(out, receipt, { mode: 0o600, flag: 'wx' });
        say(`written to ${out}`);
      }
      if (json) printJson({ seq, receipt, ...(out === undefined ? {} : { out }) });
      else if (out === undefined) print(receipt.slice(0, -1));
    });
}

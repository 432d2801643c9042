import { dirname } from 'node:path';
import type { Command } from 'commander';
import { WaterwallError } from '../errors.ts';
import { examples } from './examples.ts';
import { print, printJson } from './output.ts';
import { paintFor } from './style.ts';
import { chainOfHome, chosenKeys } from './verifier-keys.ts';

interface Options {
  readonly pubkey?: string;
  readonly epochs?: string;
  readonly json?: boolean;
}

export function configure(command: Command): void {
  command
    .description(
      'Verifies a receipt: that one line of an audit log is in it. Needs the receipt and the public key; for one of a later key epoch also the receipts of the epochs up to that.',
    )
    .argument('<file>', 'the receipt (.tlog-proof)')
    .option('--pubkey <file>', "the log's signing.pub (default: the home's)")
    .option(
      '--epochs <folder>',
      "where the receipts of key epochs are: the log's chain folder, or a copy of its *.tlog-proof (default: the home's; with --pubkey the receipt's folder)",
    )
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `${examples(
        ['waterwall receipt 42 > 42.tlog-proof', 'make one'],
        ['waterwall verify-receipt 42.tlog-proof --pubkey signing.pub', 'verify it anywhere'],
        [
          'waterwall verify-receipt 42.tlog-proof --pubkey signing.pub --epochs chain',
          'a later one',
        ],
      )}\n\nExit status: 0 it is in the log, 1 it is not, 2 usage or input/output error`,
    )
    .action(async (path: string, options: Options) => {
      const { epochs, bytes } = await inputs(path, options);
      const { openReceipt } = await import('../audit/receipt.ts');
      const { fault } = epochs;
      const opened =
        fault === undefined
          ? openReceipt(bytes, epochs.key)
          : { fault: `${fault.file}: ${fault.reason}` };
      process.exitCode = 'fault' in opened ? 1 : 0;
      const paint = paintFor(process.stdout);
      if ('fault' in opened) {
        if (options.json) return printJson({ verdict: 'tampered', reason: opened.fault });
        return print(`${paint('red', 'not genuine')}: ${opened.fault}`);
      }
      const { line, checkpoint } = opened;
      if (options.json) {
        const { origin, size, root } = checkpoint;
        return printJson({
          verdict: 'clean',
          seq: line.seq,
          ts: line.ts,
          line_type: line.type,
          line: line.text,
          checkpoint: { origin, size, root: root.toString('base64') },
        });
      }
      return print(
        [
          `${paint('green', 'genuine')}: line ${line.seq} (${line.type}, ${line.ts}) is in the log`,
          `  ${checkpoint.origin}, which signed for ${checkpoint.size} lines`,
          `  ${line.text}`,
        ].join('\n'),
      );
    });
}

async function inputs(path: string, { pubkey, epochs }: Options) {
  const { readKeyEpochs } = await import('../audit/key-epochs.ts');
  const { readBounded } = await import('../audit/bounded-file.ts');
  const { MAX_RECEIPT_BYTES } = await import('../audit/receipt.ts');
  const keys = await chosenKeys(pubkey);
  if (keys === undefined) {
    throw new WaterwallError('file-missing', 'there is no public key to verify it with', {
      fix: "Name the log's signing.pub with --pubkey.",
    });
  }
  const bytes = await readBounded(path, MAX_RECEIPT_BYTES);
  const folder = epochs ?? (pubkey === undefined ? await chainOfHome() : dirname(path));
  return { epochs: await readKeyEpochs(folder, keys.log), bytes };
}

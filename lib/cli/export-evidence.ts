import type { Command } from 'commander';
import { WaterwallError } from '../errors.ts';
import { examples } from './examples.ts';
import { print, printJson } from './output.ts';
import { withProgress } from './progress.ts';
import { paintFor } from './style.ts';

interface Options {
  readonly out?: string;
  readonly since?: string;
  readonly until?: string;
  readonly overwrite?: boolean;
  readonly chain?: string;
  readonly policy?: string;
  readonly pubkey?: string;
  readonly signingKey?: string;
  readonly receiptsDir?: string;
  readonly manifestsDir?: string;
  readonly json?: boolean;
}

export function configure(command: Command): void {
  command
    .description(
      'Writes an evidence bundle for an auditor: the lines of the audit log, their checkpoint, a receipt for each redaction, session manifests, the policy, the public key and the verifier, in one signed file. Works while the proxy runs. The bundle holds no secret and no key; hosts, times, types and counts are in it.',
    )
    .requiredOption('-o, --out <file>', 'the bundle (.tar.gz)')
    .option('--since <day>', 'from this day (2026-11-25, in UTC) or time on')
    .option('--until <day>', 'to the end of this day, or to this time')
    .option('--overwrite', 'replace the file where it is there already')
    .option('--chain <folder>', 'the chain (default: of the home, as with all that follow)')
    .option('--policy <folder>', 'the configuration folder, or a file in it')
    .option('--pubkey <file>', 'signing.pub')
    .option(
      '--signing-key <folder>',
      "the signer's folder or a key in it, for a log whose proxy is not running",
    )
    .option('--manifests-dir <folder>', 'session manifests')
    .option('--receipts-dir <folder>', 'not needed: receipts are made from the chain')
    .option('--json', 'print what was exported as JSON')
    .addHelpText(
      'after',
      examples(
        ['waterwall export-evidence -o evidence.tar.gz', 'everything that is signed'],
        [
          'waterwall export-evidence -o q4.tar.gz --since 2026-10-01 --until 2026-12-31',
          'a quarter',
        ],
        ['waterwall verify-evidence evidence.tar.gz --pubkey signing.pub', 'verify it'],
      ),
    )
    .action(async (options: Options) => {
      const { out, since, until, overwrite, chain, policy, pubkey } = options;
      if (out === undefined) throw new TypeError('commander asks for it');
      if (options.receiptsDir !== undefined) await requireFolder(options.receiptsDir);
      const { exportBundle } = await import('../ops/evidence/export.ts');
      const { currentHomes } = await import('../ops/current-homes.ts');
      const wish = { out, since, until, overwrite, chain, policy, pubkey };
      const report = await withProgress('exporting', (label) =>
        exportBundle(
          currentHomes(process.env),
          { ...wish, signingKey: options.signingKey, manifests: options.manifestsDir },
          ({ step, done, total }) =>
            label(`${step} ${total === null ? done : `${Math.floor((100 * done) / total)} %`}`),
        ),
      );
      if (options.json) return printJson(report);
      const paint = paintFor(process.stdout);
      const { first, last, receipts, manifests, bytes } = report;
      return print(
        [
          `${paint('green', 'exported')}: ${report.out}, ${bytes} bytes`,
          `  lines ${first} to ${last}, ${receipts} receipts, ${manifests} session manifests`,
        ].join('\n'),
      );
    });
}

async function requireFolder(path: string): Promise<void> {
  const { statSync } = await import('node:fs');
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new WaterwallError('file-missing', `${path} is no folder`, {
    fix: 'leave --receipts-dir out: receipts are made from the chain',
  });
}

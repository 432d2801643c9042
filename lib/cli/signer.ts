import type { Command } from 'commander';
import { WaterwallError } from '../errors.ts';
import { examples } from './examples.ts';
import { print, say } from './output.ts';

interface Options {
  readonly state?: string;
  readonly socket?: string;
  readonly init?: boolean;
  readonly child?: boolean;
}

export function configure(command: Command): void {
  command
    .description(
      "Holds the audit log's keys and signs its checkpoints. The proxy starts one by itself; run it on its own, as a user of its own, where the proxy's user must not be able to rewrite the log: then `audit.signer` in config.yaml names its socket. Prints the checkpoints that are kept, for the journal.",
    )
    .option('--state <dir>', 'where keys and tree lie (default: STATE_DIRECTORY, or of the home)')
    .option('--socket <file>', 'listen there; whoever may open it may have the log signed')
    .option('--init', 'only make the keys of a new log, and print its signing.pub')
    .option('--child', 'serve the proxy that started this process')
    .addHelpText(
      'after',
      examples(
        ['waterwall signer --socket /run/ww/signer.sock', 'as a service'],
        ['waterwall signer --init > signing.pub', 'its keys, before'],
      ),
    )
    .action(async (options: Options) => {
      const folder = options.state ?? process.env['STATE_DIRECTORY'] ?? (await folderOfHome());
      if (options.init) return init(folder);
      if (options.child) {
        const { signerChild } = await import('../audit/signer/child.ts');
        return signerChild();
      }
      if (options.socket !== undefined) return serve(folder, options.socket);
      throw new WaterwallError('usage', 'a signer of its own needs a socket to listen on', {
        fix: 'name it: --socket FILE, and in config.yaml: audit: { signer: FILE }',
      });
    });
}

async function folderOfHome(): Promise<string> {
  const { filesOf } = await import('../config/files.ts');
  const { currentHomes } = await import('../ops/current-homes.ts');
  return filesOf(currentHomes(process.env)).signer;
}

async function init(folder: string): Promise<void> {
  const { createSigner } = await import('../audit/signer/keys.ts');
  print(createSigner(folder).trimEnd());
}

/** Until a signal. There is nothing to finish: what was signed is on the disk. */
async function serve(folder: string, socket: string): Promise<void> {
  const { serveSocket } = await import('../audit/signer/serve.ts');
  const { endOnFault } = await import('../audit/signer/child.ts');
  endOnFault();
  const service = await serveSocket(folder, socket, (note) => print(note));
  say(`signs ${service.origin}, listens on ${socket}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, service.close);
  await service.ended;
}

import type { Command } from 'commander';
import { examples } from './examples.ts';
import { print, printJson } from './output.ts';

export function configure(command: Command): void {
  command
    .description(
      'Seals the current segment of the audit log and goes on in a new file, e.g. before sealed segments are copied away. Works while the proxy runs; nothing waits for it.',
    )
    .option('--json', 'print the line numbers as JSON')
    .addHelpText('after', examples(['waterwall rotate-chain', 'seal what is there']))
    .action(async (options: { json?: boolean }) => {
      const { rotateChain } = await import('../ops/rotate-chain.ts');
      const { currentHomes } = await import('../ops/current-homes.ts');
      const rotation = await rotateChain(currentHomes(process.env));
      if (options.json) return printJson(rotation);
      const { rotation_seq, next_segment } = rotation;
      return print(`sealed at line ${rotation_seq}, goes on with line ${next_segment}`);
    });
}

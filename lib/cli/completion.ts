import { Argument, type Command } from 'commander';
import { examples } from './examples.ts';
import { print } from './output.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

export function configure(command: Command): void {
  command
    .description("Prints a shell's completion script: commands, options and their values.")
    .addArgument(new Argument('<shell>', 'for which').choices(SHELLS))
    .addHelpText(
      'after',
      examples(
        ['eval "$(waterwall completion bash)"', 'in ~/.bashrc'],
        ['eval "$(waterwall completion zsh)"', 'in ~/.zshrc, after compinit'],
        ['waterwall completion fish | source', 'in config.fish'],
      ),
    )
    .action(async (shell: Shell) => {
      const { outlineProgram } = await import('./outline.ts');
      const program = await outlineProgram();
      print((await WRITERS[shell]())(program).trimEnd());
    });
}

const WRITERS = {
  bash: async () => (await import('./completion/bash.ts')).bashCompletion,
  zsh: async () => (await import('./completion/zsh.ts')).zshCompletion,
  fish: async () => (await import('./completion/fish.ts')).fishCompletion,
};

import { type Command, Option } from 'commander';
import { AGENTS, type Agent, agentEnvironment } from '../ops/agent-env.ts';
import { SHELLS, type Shell, setVariables, shellOf } from '../ops/shell-syntax.ts';
import { examples } from './examples.ts';
import { print } from './output.ts';

export function configure(command: Command): void {
  command
    .description('Prints the variables that send an agent through the proxy.')
    .addOption(new Option('--agent <name>', 'only what this agent needs').choices([...AGENTS]))
    .addOption(new Option('--shell <name>', 'syntax (default: of $SHELL)').choices([...SHELLS]))
    .option('--json', 'the same as --shell json')
    .addHelpText(
      'after',
      examples(
        ['eval "$(waterwall env)"', 'this shell and all it starts'],
        ['waterwall env --agent codex', 'what Codex needs'],
        ['waterwall env --shell fish | source', 'in fish'],
        ['waterwall env --json', 'as an object'],
      ),
    )
    .action(async (options: { agent?: Agent; shell?: Shell; json?: boolean }) => {
      const { agentFiles } = await import('../ops/agent-files.ts');
      const { currentHomes } = await import('../ops/current-homes.ts');
      const files = await agentFiles(currentHomes(process.env));
      const variables = agentEnvironment({
        ...files,
        ...(options.agent === undefined ? {} : { agent: options.agent }),
      });
      const shell = options.json
        ? 'json'
        : (options.shell ?? shellOf(process.env, process.platform));
      print(setVariables(shell, variables).trimEnd());
    });
}

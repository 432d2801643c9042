import { type Command, Option } from 'commander';
import { WaterwallError } from '../errors.ts';
import { AGENTS, type Agent, agentEnvironment } from '../ops/agent-env.ts';
import { examples } from './examples.ts';

/** How long the daemon may take to say that it is well. */
const PATIENCE = 3000;

export function configure(command: Command): void {
  command
    .description(
      'Runs a program through the proxy: its variables set, its terminal, signals and exit status as if started directly. Starts nothing unless the proxy is well.',
    )
    .argument('<command...>', 'the program and its arguments')
    .addOption(new Option('--agent <name>', 'only what this agent needs').choices([...AGENTS]))
    .passThroughOptions()
    .addHelpText(
      'after',
      examples(
        ['waterwall run -- claude', 'Claude Code'],
        ['waterwall run -- codex exec "fix the tests"', 'Codex, with arguments'],
        ['waterwall run -- bash', 'a shell and all it starts'],
      ),
    )
    .action(async (words: string[], options: { agent?: Agent }) => {
      const [program, ...args] = words;
      if (program === undefined) return;
      const { askGate } = await import('../ops/health-gate.ts');
      const { currentHomes } = await import('../ops/current-homes.ts');
      const homes = currentHomes(process.env);
      const gate = await askGate(homes, PATIENCE);
      if (!gate.open) throw closed(program, gate);
      const { agentFiles } = await import('../ops/agent-files.ts');
      const { launch } = await import('../ops/launch.ts');
      const variables = agentEnvironment({
        ...(await agentFiles(homes)),
        ...(options.agent === undefined ? {} : { agent: options.agent }),
      });
      const terminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
      process.exitCode = await launch(
        [program, ...args],
        { ...process.env, ...variables },
        terminal,
      );
    });
}

function closed(
  program: string,
  gate: { reason: string; fix: string; code: string },
): WaterwallError {
  const code = gate.code === 'killswitch-engaged' ? 'killswitch-engaged' : 'not-running';
  return new WaterwallError(code, `${program} is not started: ${gate.reason}`, { fix: gate.fix });
}

import type { Command } from 'commander';
import { examples } from './examples.ts';
import { printNow } from './output.ts';

/** The agent draws its screen meanwhile. */
const PATIENCE = { daemon: 300, stdin: 200 } as const;

export function configure(command: Command): void {
  command
    .description(
      "One line for an agent's status line: how the proxy is, and what it did for this session. Reads the session's JSON on stdin.",
    )
    .addHelpText(
      'after',
      examples(['waterwall hook install --statusline', "puts it into Claude Code's settings"]),
    )
    .action(statusLine);
}

/** Prints the line, and ends the process. */
export async function statusLine(): Promise<void> {
  const { currentHomes } = await import('../ops/current-homes.ts');
  const { askGate } = await import('../ops/health-gate.ts');
  const { readSession, sessionFacts } = await import('../ops/hook/session.ts');
  const { renderStatusLine } = await import('./status-line-text.ts');
  const { paint, plain } = await import('./style.ts');
  const homes = currentHomes(process.env);
  const [gate, session] = await Promise.all([
    askGate(homes, PATIENCE.daemon),
    readSession(process.stdin, PATIENCE.stdin),
  ]);
  const facts = gate.open ? await sessionFacts(homes, session, PATIENCE.daemon) : undefined;
  // The agent reads it from a pipe, and shows colours.
  printNow(renderStatusLine(gate, facts, process.env['NO_COLOR'] ? plain : paint));
  process.exit(0);
}

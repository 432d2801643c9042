import { Command } from 'commander';
import { VERBS } from './verbs.ts';
import { readVersion } from './version.ts';

export interface ProgramOptions {
  /** Verbs whose files are loaded: each costs time that every hook of an agent would pay. */
  readonly wanted: (verb: string) => boolean;
  /** Errors come as JSON: commander must not print its own. */
  readonly json: boolean;
}

/** The commands, as commander knows them. */
export async function buildProgram({ wanted, json }: ProgramOptions): Promise<Command> {
  const program = new Command('waterwall')
    .description('Keeps the secrets of AI coding agents at home.')
    .version(readVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .enablePositionalOptions()
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({ writeErr: (text) => process.stderr.write(json ? '' : text) })
    .addHelpText('after', OVERVIEW);
  for (const verb of VERBS) {
    const command = program.command(verb.name).summary(verb.summary).description(verb.summary);
    if (wanted(verb.name)) (await verb.load()).configure(command);
  }
  return program;
}

const OVERVIEW = `
Start here:
  $ waterwall demo              what it does, in ten seconds, offline
  $ waterwall up                start the proxy
  $ waterwall run -- claude     run an agent through it
  $ waterwall hook install      have Claude Code check it before each prompt

Where something does not work:
  $ waterwall status            how it is, and the next step
  $ waterwall killswitch        what stops all egress, and how to clear it
  $ waterwall verify-install    ten checks, each with the command that mends it

Every command explains itself: waterwall COMMAND --help
Exit status: 0 fine, 1 the answer is no, 2 wrong usage or an input/output error`;

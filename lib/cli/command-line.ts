import { CommanderError } from 'commander';
import { WaterwallError } from '../errors.ts';
import { reportFailure } from './failure.ts';
import { say } from './output.ts';
import { buildProgram } from './program.ts';
import { VERBS } from './verbs.ts';

/** Runs one command line; gives the exit code. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const json = wantsJson(args);
  try {
    const program = await buildProgram({ wanted: (verb) => args.includes(verb), json });
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return usageExit(error, json, args[0]);
    return reportFailure(error, json);
  }
}

/** Help and version are answers; everything else commander says is a usage error. */
function usageExit(error: CommanderError, json: boolean, verb: string | undefined): number {
  if (error.exitCode === 0) return 0;
  const known = VERBS.some(({ name }) => name === verb);
  const fix = `see ${known ? `waterwall ${verb}` : 'waterwall'} --help`;
  if (!json) {
    if (error.code !== 'commander.help') say(`  fix: ${fix}`);
    return 2;
  }
  const message = error.message.replace(/^error: /, '').split('\n')[0] ?? '';
  return reportFailure(new WaterwallError('usage', message, { fix }), true);
}

/** Before any parsing, so that a usage error comes in the asked form too; not what follows `--`. */
function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  const own = end === -1 ? args : args.slice(0, end);
  return args[0] !== 'run' && own.includes('--json');
}

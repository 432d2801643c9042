import { lostOutput, tolerateClosedOutput } from './output.ts';

/**
 * What agents, wrappers and the daemon run again and again, and wait for: without the command line's parser,
 * whose loading alone takes longer than the answer. Each ends the process, or leaves it to the parser.
 */
const AT_ONCE: Readonly<Record<string, () => Promise<() => Promise<void>>>> = {
  'pre-launch-hook': async () => (await import('./pre-launch-hook.ts')).preLaunchHook,
  'hook session-start': async () => (await import('./hook-events.ts')).sessionStart,
  'hook gate': async () => (await import('./hook-events.ts')).gate,
  'signer --child': async () => (await import('../audit/signer/child.ts')).signerChild,
  dashboard: async () => (await import('./show-dashboard.ts')).dashboardAtOnce,
  statusline: async () => (await import('./statusline.ts')).statusLine,
};

tolerateClosedOutput();
const args = process.argv.slice(2);
const atOnce = AT_ONCE[args.join(' ')];
if (atOnce !== undefined) await (await atOnce())();
const { runCommandLine } = await import('./command-line.ts');
const code = await runCommandLine(args);
// A daemon that failed half-way may hold sockets open: what was said is written, then we end.
process.stdout.write('', () => setImmediate(end));

/** After what stdout says of its writes. */
async function end(): Promise<void> {
  const lost = lostOutput();
  if (lost !== undefined) (await import('./failure.ts')).reportLostOutput(lost);
  process.stderr.write('', () => process.exit(lost === undefined ? code : 2));
}

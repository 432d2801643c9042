import { WaterwallError } from '../errors.ts';

export interface DashboardWishes {
  readonly readOnly?: boolean;
  readonly ascii?: boolean;
  readonly theme?: 'cyberpunk' | 'cvd' | 'light' | 'mono';
  readonly reducedMotion?: boolean;
  readonly budget?: number;
}

/** @throws WaterwallError `usage` where there is nothing to draw on */
export function assertTerminal(): void {
  if (hasTerminal()) return;
  throw new WaterwallError('usage', 'the dashboard needs a terminal', {
    fix: 'run it in one, or ask for one line: waterwall status',
  });
}

function hasTerminal(): boolean {
  return (process.stdin.isTTY && process.stdout.isTTY && process.env['TERM'] !== 'dumb') === true;
}

/**
 * Shows it until somebody quits; the exit status.
 *
 * @throws WaterwallError `usage` where there is nothing to draw on
 */
export async function showDashboard(wishes: DashboardWishes): Promise<number> {
  assertTerminal();
  const { hostname, homedir } = await import('node:os');
  const { currentHomes } = await import('../ops/current-homes.ts');
  const { runOnTerminal } = await import('../../tui/run.ts');
  return runOnTerminal({
    homes: currentHomes(process.env),
    env: process.env,
    theme: wishes.theme,
    ascii: wishes.ascii === true,
    settings: {
      machine: hostname(),
      readOnly: wishes.readOnly === true,
      ...(wishes.budget === undefined ? {} : { budget: wishes.budget }),
      reducedMotion: wishes.reducedMotion === true,
      home: homedir(),
      folder: process.cwd(),
    },
  });
}

/**
 * `waterwall dashboard` without options, the way in which it is opened most, and without loading what
 * would read some. What is to be said about the terminal, or the environment, the command line says.
 */
export async function dashboardAtOnce(): Promise<void> {
  const { WATERWALL_THEME, WATERWALL_REDUCED_MOTION } = process.env;
  if (!hasTerminal() || (WATERWALL_THEME ?? WATERWALL_REDUCED_MOTION) !== undefined) return;
  const { reportFailure } = await import('./failure.ts');
  process.exit(await showDashboard({}).catch((error: unknown) => reportFailure(error, false)));
}

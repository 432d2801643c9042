import type { Homes } from '../lib/config/types.ts';
import { openDashboard } from './dashboard.ts';
import type { Settings } from './model/model.ts';
import { THEME_NAMES, THEMES, type ThemeName } from './theme/themes.ts';

export interface RunOptions {
  readonly homes: Pick<Homes, 'run'>;
  readonly env: NodeJS.ProcessEnv;
  readonly theme?: ThemeName | undefined;
  readonly ascii: boolean;
  readonly settings: Settings;
}

/** Signals that end it, with the status that a shell expects. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGQUIT: 131 } as const;

/**
 * Shows the dashboard on this process's terminal, and leaves the terminal clean on every way out.
 *
 * @returns the exit status
 */
export async function runOnTerminal(options: RunOptions): Promise<number> {
  const { env } = options;
  const dashboard = openDashboard({
    homes: options.homes,
    settings: options.settings,
    input: process.stdin,
    output: process.stdout,
    theme: THEMES[themeOf(options)],
    trueColour: /^(?:truecolor|24bit)$/i.test(env['COLORTERM'] ?? ''),
    unicode: !options.ascii && speaksUnicode(env),
  });
  let status = 0;
  const undo: (() => void)[] = [];
  const on = (event: string, listener: (...args: never[]) => void): void => {
    process.on(event, listener as (...args: unknown[]) => void);
    undo.push(() => process.off(event, listener as (...args: unknown[]) => void));
  };
  for (const [signal, code] of Object.entries(SIGNALS)) {
    on(signal, () => {
      status = code;
      dashboard.close();
    });
  }
  on('SIGHUP', () => hangUp(dashboard.close));
  on('uncaughtException', (error: Error) => {
    dashboard.close();
    process.stderr.write(`${error.stack ?? error.message}\n`);
    status = 1;
  });
  const how = await dashboard.ended;
  if (how === 'gone') hangUp(() => {});
  for (const step of undo) step();
  return status;
}

/**
 * The terminal is gone. `process.exit` would have Node look at it once more, and abort; the signal
 * that says so ends the process cleanly.
 */
function hangUp(close: () => void): void {
  close();
  process.removeAllListeners('SIGHUP');
  process.kill(process.pid, 'SIGHUP');
}

/** https://no-color.org: any value but the empty one. */
function themeOf({ theme, env }: RunOptions): ThemeName {
  const wished = theme ?? THEME_NAMES.find((name) => name === env['WATERWALL_THEME']);
  if (wished !== undefined) return wished;
  return env['NO_COLOR'] || env['TERM'] === 'vt100' ? 'mono' : 'cyberpunk';
}

/** The first of these that is set says it; https://pubs.opengroup.org/onlinepubs/9799919799 §8.2. */
function speaksUnicode(env: NodeJS.ProcessEnv): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return /utf-?8/i.test(locale);
}

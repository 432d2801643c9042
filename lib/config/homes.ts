import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';
import type { Homes } from './types.ts';

/** What the choice of homes depends on beside the environment. */
export interface HomeFacts {
  /** The process's user; undefined where the system has none. */
  readonly uid: number | undefined;
  /** Whether {@link systemHome}'s configuration can be read: an installation that everyone uses. */
  readonly etcReadable: boolean;
  /** Default: this process's. */
  readonly platform?: NodeJS.Platform;
}

type Environment = Readonly<Record<string, string | undefined>>;
type Folders = Omit<Homes, 'chosenBy'>;

/** Chooses where configuration, log and run files lie: the first rule that applies. */
export function resolveHomes(env: Environment, facts: HomeFacts): Homes {
  const { platform = process.platform } = facts;
  const path = platform === 'win32' ? win32 : posix;
  const own = env['WATERWALL_HOME'];
  if (own) return { ...foldersIn(path.resolve(own), path), chosenBy: 'WATERWALL_HOME' };
  const systemd = fromSystemd(env, path);
  if (systemd !== undefined) return { ...systemd, chosenBy: 'systemd' };
  if (facts.uid === 0 || facts.etcReadable) {
    return { ...systemHome(env, platform), chosenBy: 'system' };
  }
  return { ...fromUser(env, path), chosenBy: 'user' };
}

/** Where a system installation keeps its files. */
export function systemHome(env: Environment, platform: NodeJS.Platform): Folders {
  if (platform !== 'win32') {
    return { config: '/etc/waterwall', log: '/var/log/waterwall', run: '/run/waterwall' };
  }
  return foldersIn(win32.join(env['ProgramData'] || 'C:\\ProgramData', 'Waterwall'), win32);
}

function foldersIn(root: string, { join }: typeof posix): Folders {
  return { config: join(root, 'etc'), log: join(root, 'log'), run: join(root, 'run') };
}

/** Only with all three: one alone may stem from a foreign unit that happens to start us. */
function fromSystemd(env: Environment, { isAbsolute }: typeof posix): Folders | undefined {
  // systemd joins several folders of one kind by colons (systemd.exec(5)).
  const [config, log, run] = ['CONFIGURATION', 'LOGS', 'RUNTIME'].map((kind) => {
    const first = env[`${kind}_DIRECTORY`]?.split(':')[0];
    return first !== undefined && isAbsolute(first) ? first : undefined;
  });
  if (config === undefined || log === undefined || run === undefined) return undefined;
  return { config, log, run };
}

function fromUser(env: Environment, { isAbsolute, join }: typeof posix): Folders {
  const home = env['HOME'] || env['USERPROFILE'] || homedir();
  // The XDG base directory specification has relative paths ignored.
  const absolute = (name: string): string | undefined => {
    const path = env[name];
    return path && isAbsolute(path) ? path : undefined;
  };
  const runtime = absolute('XDG_RUNTIME_DIR');
  const log = join(absolute('XDG_STATE_HOME') ?? join(home, '.local', 'state'), 'waterwall');
  return {
    config: join(absolute('XDG_CONFIG_HOME') ?? join(home, '.config'), 'waterwall'),
    log,
    run: runtime === undefined ? join(log, 'run') : join(runtime, 'waterwall'),
  };
}

import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type { Homes } from './types.ts';

/** What the choice of homes depends on beside the environment. */
export interface HomeFacts {
  /** The process's user; undefined where the system has none. */
  readonly uid: number | undefined;
  /** Whether `/etc/waterwall` can be read: a system installation that everyone uses. */
  readonly etcReadable: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Chooses where configuration, log and run files lie: the first rule that applies. */
export function resolveHomes(env: Environment, facts: HomeFacts): Homes {
  return fromVariable(env) ?? fromSystemd(env) ?? fromSystem(facts) ?? fromUser(env);
}

function fromVariable(env: Environment): Homes | undefined {
  if (!env['WATERWALL_HOME']) return undefined;
  const root = resolve(env['WATERWALL_HOME']);
  return {
    config: join(root, 'etc'),
    log: join(root, 'log'),
    run: join(root, 'run'),
    chosenBy: 'WATERWALL_HOME',
  };
}

/** Only with all three: one alone may stem from a foreign unit that happens to start us. */
function fromSystemd(env: Environment): Homes | undefined {
  const config = firstFolder(env['CONFIGURATION_DIRECTORY']);
  const log = firstFolder(env['LOGS_DIRECTORY']);
  const run = firstFolder(env['RUNTIME_DIRECTORY']);
  if (config === undefined || log === undefined || run === undefined) return undefined;
  return { config, log, run, chosenBy: 'systemd' };
}

/** systemd joins several folders of one kind by colons (systemd.exec(5)). */
function firstFolder(list: string | undefined): string | undefined {
  const first = list?.split(':')[0];
  return first !== undefined && isAbsolute(first) ? first : undefined;
}

function fromSystem(facts: HomeFacts): Homes | undefined {
  if (facts.uid !== 0 && !facts.etcReadable) return undefined;
  return {
    config: '/etc/waterwall',
    log: '/var/log/waterwall',
    run: '/run/waterwall',
    chosenBy: 'system',
  };
}

function fromUser(env: Environment): Homes {
  const home = env['HOME'] || env['USERPROFILE'] || homedir();
  const config = absolute(env['XDG_CONFIG_HOME']) ?? join(home, '.config');
  const state = absolute(env['XDG_STATE_HOME']) ?? join(home, '.local', 'state');
  const runtime = absolute(env['XDG_RUNTIME_DIR']);
  const log = join(state, 'waterwall');
  return {
    config: join(config, 'waterwall'),
    log,
    run: runtime === undefined ? join(log, 'run') : join(runtime, 'waterwall'),
    chosenBy: 'user',
  };
}

/** The XDG base directory specification has relative paths ignored. */
function absolute(path: string | undefined): string | undefined {
  return path && isAbsolute(path) ? path : undefined;
}

import { accessSync, constants } from 'node:fs';
import { win32 } from 'node:path';
import { resolveHomes, systemHome } from '../config/homes.ts';
import type { Homes } from '../config/types.ts';

/** The homes of this process, as the machine is now. */
export function currentHomes(env: NodeJS.ProcessEnv): Homes {
  return resolveHomes(env, {
    uid: process.getuid?.(),
    etcReadable: systemFolders(env, process.platform).every(readable),
  });
}

/**
 * What is there only after a system installation. On Windows every user may make folders under
 * ProgramData; only an administrator makes one in the folder of programs, so both must be there.
 */
export function systemFolders(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string[] {
  const { config } = systemHome(env, platform);
  if (platform !== 'win32') return [config];
  return [config, win32.join(env['ProgramFiles'] || 'C:\\Program Files', 'Waterwall')];
}

function readable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

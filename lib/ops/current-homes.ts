import { accessSync, constants } from 'node:fs';
import { resolveHomes } from '../config/homes.ts';
import type { Homes } from '../config/types.ts';

/** The homes of this process, as the machine is now. */
export function currentHomes(env: NodeJS.ProcessEnv): Homes {
  return resolveHomes(env, { uid: process.getuid?.(), etcReadable: readable('/etc/waterwall') });
}

function readable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

import { posix } from 'node:path';

/** Where the daemon's admin channel is reached. */
export interface AdminSockets {
  readonly adminSocket: string;
  /** The same, but nothing can be changed there. */
  readonly adminReadSocket: string;
}

/** How every named pipe of this machine begins; they form no tree and are no files. */
const PIPES = '\\\\.\\pipe\\';

/**
 * Unix sockets in the run folder; on Windows, whose Node has none, named pipes that are named after
 * it, so that each home has its own. Node makes them with the system's default access: the user
 * who runs the daemon and administrators may ask, others may not.
 */
export function adminSockets(run: string, platform: NodeJS.Platform): AdminSockets {
  const [adminSocket, adminReadSocket] = ['admin.sock', 'admin-ro.sock'].map((name) =>
    platform === 'win32' ? pipeName(run, name) : posix.join(run, name),
  ) as [string, string];
  return { adminSocket, adminReadSocket };
}

/** Whether an address is a named pipe: nothing to look at, to remove or to change modes of. */
export function isPipe(address: string): boolean {
  return address.startsWith(PIPES);
}

/** `C:\ProgramData\Waterwall\run` gives `\\.\pipe\c-programdata-waterwall-run-admin.sock`. */
function pipeName(run: string, name: string): string {
  return `${PIPES}${`${run}\\${name}`.toLowerCase().replace(/[\\/:]+/g, '-')}`;
}

import { lstatSync } from 'node:fs';
import { filesOf } from '../../config/files.ts';
import type { Homes } from '../../config/types.ts';
import { adminRequest } from '../../control/admin-client.ts';
import { posixQuote } from '../shell-syntax.ts';
import { fail, ok, type Verdict } from './check.ts';
import { looksLikeSocket } from './socket-file.ts';

const RESTART = 'restart the proxy: it makes its socket anew';

/** Whether the admin channel answers at its place, and only to whom it should. */
export async function adminBound(homes: Homes): Promise<Verdict> {
  const { adminSocket } = filesOf(homes);
  if (!looksLikeSocket(adminSocket)) return fail(`${adminSocket} is gone`, RESTART);
  const mode = lstatSync(adminSocket).mode & 0o777;
  if ((mode & 0o007) !== 0 && process.platform !== 'win32') {
    return fail(`everyone may use ${adminSocket}`, `chmod o-rwx ${posixQuote(adminSocket)}`);
  }
  await adminRequest(homes, 'GET', '/healthz');
  return ok(`answers at ${adminSocket}`);
}

import { lstatSync } from 'node:fs';
import { isPipe } from '../../config/admin-address.ts';
import { filesOf } from '../../config/files.ts';
import type { Homes } from '../../config/types.ts';
import { adminRequest } from '../../control/admin-client.ts';
import { posixQuote } from '../shell-syntax.ts';
import { fail, ok, type Verdict } from './check.ts';
import { looksLikeSocket } from './socket-file.ts';

const RESTART = 'restart the proxy: it makes its socket anew';

/** Whether the admin channel answers at its places, and only to whom it should. */
export async function adminBound(homes: Homes): Promise<Verdict> {
  const { adminSocket, adminReadSocket } = filesOf(homes);
  for (const path of [adminSocket, adminReadSocket]) {
    if (!looksLikeSocket(path)) return fail(`${path} is gone`, RESTART);
    if (!isPipe(path) && (lstatSync(path).mode & 0o007) !== 0) {
      return fail(`everyone may use ${path}`, `chmod o-rwx ${posixQuote(path)}`);
    }
  }
  await adminRequest(homes, 'GET', '/healthz');
  await adminRequest(homes, 'GET', '/healthz', undefined, { readOnly: true });
  return ok(`answers at ${adminSocket}`);
}

import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { filesOf } from '../../config/files.ts';
import type { Homes } from '../../config/types.ts';
import { adminRequest } from '../../control/admin-client.ts';
import { listenOnSocket } from '../../control/admin-socket.ts';
import { WaterwallError } from '../../errors.ts';
import { fail, ok, type Verdict } from './check.ts';
import { looksLikeSocket } from './socket-file.ts';

/** How long whoever holds the socket may take to answer. */
const PATIENCE = 2000;

/** Whether the admin sockets can be had, or are the running daemon's. */
export async function adminBindable(homes: Homes): Promise<Verdict> {
  const { adminSocket, adminReadSocket } = filesOf(homes);
  looksLikeSocket(adminReadSocket);
  if (looksLikeSocket(adminSocket)) {
    try {
      await adminRequest(homes, 'GET', '/healthz', undefined, { timeoutMs: PATIENCE });
      return ok(`the running Waterwall answers at ${adminSocket}`);
    } catch (error) {
      // A socket that a dead process left is replaced at the next start.
      if (!(error instanceof WaterwallError) || error.code !== 'not-running') throw error;
    }
  }
  if (!existsSync(homes.run)) {
    return fail(`the run folder ${homes.run} is missing`, 'make it with `waterwall init`');
  }
  // A socket as long as the longer one beside it: that the path fits, and the folder takes one.
  const server = createServer();
  await listenOnSocket(server, join(homes.run, 'probe-ro.sock'), 0o600);
  await new Promise((resolve) => server.close(resolve));
  return ok(`${adminSocket} is free`);
}

import { createServer } from 'node:net';
import { formatAddress } from '../../config/load/address.ts';
import { loadSettings } from '../../config/load/settings.ts';
import type { Homes } from '../../config/types.ts';
import { runningAddress } from '../agent-files.ts';
import { fail, ok, type Verdict } from './check.ts';

/** Whether the address that agents are pointed at can be had, or is ours already. */
export async function listenerBindable(homes: Homes): Promise<Verdict> {
  const { listen } = loadSettings(homes);
  const address = formatAddress(listen);
  const code = await tryToListen(listen);
  if (code === undefined) return ok(`${address} is free`);
  if (code === 'EADDRINUSE') {
    const running = await runningAddress(homes);
    if (running?.port === listen.port) return ok(`the running Waterwall listens on ${address}`);
    return fail(
      `${address} is taken by another program`,
      `see which with \`ss -ltnp 'sport = :${listen.port}'\` and stop it, or set another \`listen\` in config.yaml`,
    );
  }
  const privileged = code === 'EACCES';
  return fail(
    `${address} cannot be listened on (${code})`,
    privileged
      ? 'set `listen` in config.yaml to a port from 1024 on'
      : 'set `listen` in config.yaml to an address of this machine, e.g. 127.0.0.1:8888',
  );
}

/** @returns the error's code; undefined where it can be bound */
function tryToListen(at: {
  readonly host: string;
  readonly port: number;
}): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown error'));
    server.listen({ ...at, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

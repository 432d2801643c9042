import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { readChain } from '../support/chain.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { type Provider, startProvider } from '../support/provider.ts';
import { readAll, tlsTunnel, tunnel } from '../support/tunnel.ts';
import { until } from '../support/until.ts';

const HOST = 'api.anthropic.com';

let provider: Provider;
let daemon: Daemon;
beforeAll(async () => {
  provider = await startProvider();
});
afterAll(() => provider.close());
beforeEach(async () => {
  daemon = await startDaemon({ provider, config: { shutdown_grace: '1s' } });
});
afterEach(async () => {
  await daemon.dispose();
  provider.forget();
});

async function streaming() {
  const socket = await tlsTunnel(daemon, HOST);
  socket.write(`GET /hostile/stalls-in-stream HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
  await readAll(socket, { enough: (text) => text.includes('"ping"') });
  return socket;
}

test('a stream that outlasts the grace is told so, and everything ends', async () => {
  const socket = await streaming();
  const rest = readAll(socket);
  const idle = await tunnel(daemon.port, `${HOST}:443`);
  const exit = daemon.stop('SIGTERM');
  const { text } = await rest;
  expect(text).toContain('event: error');
  expect(text).toContain('Waterwall is stopping');
  expect(await exit).toEqual({ code: 0, signal: null });
  expect((await readAll(idle)).end).not.toBe('open');
  expect((await readChain(daemon.home)).at(-1)?.line_type).toBe('stop');
});

test('a second SIGTERM ends it at once, and the log stays intact', async () => {
  await daemon.dispose();
  daemon = await startDaemon({ provider, config: { shutdown_grace: '60s' } });
  const socket = await streaming();
  const exit = daemon.stop('SIGTERM');
  await until(() =>
    daemon.ask({ path: '/late' }).then(
      () => false,
      () => true,
    ),
  );
  process.kill(daemon.pid, 'SIGTERM');
  expect(await exit).toEqual({ code: 130, signal: null });
  socket.destroy();
  const next = await startDaemon({ home: daemon.home });
  try {
    expect((await next.admin('GET', '/healthz')).json()).toMatchObject({ chain_intact: true });
  } finally {
    await next.stop('SIGTERM');
  }
});

test('a run folder that is gone does not keep the log from being sealed', async () => {
  const run = join(daemon.home, 'run');
  renameSync(run, `${run}.away`);
  try {
    expect(await daemon.stop('SIGTERM')).toEqual({ code: 0, signal: null });
  } finally {
    rmSync(run, { recursive: true, force: true });
    renameSync(`${run}.away`, run);
  }
  expect((await readChain(daemon.home)).at(-1)?.line_type).toBe('stop');
});

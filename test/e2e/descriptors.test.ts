import { once } from 'node:events';
import net from 'node:net';
import { afterAll, beforeAll, test } from 'vitest';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { type Provider, startProvider } from '../support/provider.ts';
import { expectServing } from '../support/rig.ts';

// EMFILE: Node's own file descriptors take about thirty.
const LIMIT = 80;

let provider: Provider;
let daemon: Daemon;

beforeAll(async () => {
  provider = await startProvider();
  daemon = await startDaemon({
    provider,
    wrap: ['sh', '-c', `ulimit -n ${LIMIT}; exec "$@"`, 'sh'],
  });
});

afterAll(async () => {
  await daemon.dispose();
  await provider.close();
});

test('a daemon that ran out of file descriptors lives, and serves once there are some again', async () => {
  await expectServing(daemon);
  const crowd = Array.from({ length: LIMIT + 20 }, () => {
    const socket = net.connect(daemon.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.on('connect', () => socket.write('CONNECT api.anthropic.com:443 HTTP/1.1\r\n\r\n'));
    return socket;
  });
  await Promise.all(crowd.slice(0, 20).map((socket) => once(socket, 'data')));
  await daemon.ask({ body: {} }).catch(() => {});
  const closed = crowd.map((socket) => once(socket, 'close'));
  for (const socket of crowd) socket.destroy();
  await Promise.all(closed);
  await expectServing(daemon);
});

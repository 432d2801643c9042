import { readdirSync } from 'node:fs';
import net from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { type Provider, startProvider } from '../support/provider.ts';
import { expectServing } from '../support/rig.ts';
import { until } from '../support/until.ts';

// EMFILE: Node’s own file descriptors take about thirty, and its loader opens modules side by side.
const LIMIT = 128;

let provider: Provider;
let daemon: Daemon;

beforeAll(async () => {
  provider = await startProvider();
  daemon = await startDaemon({
    provider,
    config: { limits: { handshake_timeout: '1s' } },
    wrap: ['sh', '-c', `ulimit -n ${LIMIT}; exec "$@"`, 'sh'],
  });
});

afterAll(async () => {
  await daemon.dispose();
  await provider.close();
});

test.runIf(process.platform === 'linux')(
  'a daemon that ran out of file descriptors lives, and serves once there are some again',
  async () => {
    await expectServing(daemon);
    const crowd = Array.from({ length: LIMIT + 20 }, () => {
      const socket = net.connect(daemon.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.on('connect', () => socket.write('CONNECT api.anthropic.com:443 HTTP/1.1\r\n\r\n'));
      return socket;
    });
    let served = 0;
    for (const socket of crowd) socket.once('data', () => served++);
    await until(() => openDescriptors(daemon.pid) >= LIMIT - 1 || served === crowd.length);
    expect(served).toBeLessThan(crowd.length);
    expect(daemon.running()).toBe(true);
    for (const socket of crowd) socket.destroy();
    await until(() =>
      expectServing(daemon).then(
        () => true,
        () => false,
      ),
    );
  },
);

function openDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

import { once } from 'node:events';
import { expect, test } from 'vitest';
import { TEST_APIS, type TestApi } from '../support/apis.ts';
import { useRig } from '../support/rig.ts';
import { makeSecret } from '../support/secrets.ts';
import { tlsTunnel } from '../support/tunnel.ts';
import { until } from '../support/until.ts';

const CLOCK = new URL('clock.mjs', import.meta.url).href;
const HOST = 'api.anthropic.com';
const rig = useRig({ env: { NODE_OPTIONS: `--import=${CLOCK}` } });
const api = TEST_APIS[0] as TestApi;

/** What the daemon takes for now. */
async function clock(): Promise<number> {
  const health = await rig.daemon.admin('GET', '/healthz');
  return Date.parse(String(health.json()['ts']));
}

async function roundTrip(secret: string): Promise<void> {
  const answer = await rig.daemon.ask({
    host: api.host,
    path: api.path,
    headers: { 'x-session-id': 'clock' },
    body: api.prompt('@@[{"text":"got {{pl}}"}]@@', secret),
  });
  expect(answer.status).toBe(200);
  expect(answer.text).toContain(secret);
  expect(rig.provider.received().toString('latin1')).not.toContain(secret);
}

test('a clock that jumps days ahead, and back before the start, disturbs nothing', async () => {
  const stream = await tlsTunnel(rig.daemon, HOST);
  stream.write(`GET /hostile/endless HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
  await once(stream, 'data');
  const secret = makeSecret('GITHUB_TOKEN', 55);
  await roundTrip(secret);
  // Ahead, behind, and right again.
  for (let jump = 0; jump < 3; jump++) {
    const before = await clock();
    process.kill(rig.daemon.pid, 'SIGUSR2');
    await until(async () => Math.abs((await clock()) - before) > 24 * 60 * 60 * 1000);
    rig.provider.forget();
    await roundTrip(secret);
    await once(stream, 'data');
    const { status } = await rig.daemon.admin('GET', '/healthz');
    expect(status).toBe(200);
    const state = (await rig.daemon.admin('GET', '/admin/state')).json();
    expect(state['uptime_seconds']).toBeGreaterThanOrEqual(0);
    expect(state['store']).toMatchObject({ size: 1 });
  }
  stream.destroy();
  const lines = await rig.daemon.chain();
  expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, i) => i));
});

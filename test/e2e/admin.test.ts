import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { conforming } from '../cli/schema.ts';
import { startDaemon } from '../support/daemon.ts';
import { followEvents } from '../support/events.ts';
import { freePort } from '../support/home-config.ts';
import { readScrape } from '../support/prometheus.ts';
import { startProvider } from '../support/provider.ts';
import { useRig } from '../support/rig.ts';
import { until } from '../support/until.ts';

const TOKEN = `ghp_${'0aB1'.repeat(9)}`;

const follow = async (home: string) => {
  const client = await followEvents(join(home, 'run', 'admin.sock'));
  onTestFinished(client.leave);
  return client;
};

describe('events', () => {
  const rig = useRig();

  test('tell of a request as it happens, and never the secret', async () => {
    const { daemon } = rig;
    const client = await follow(daemon.home);
    await until(() => client.named('state').length === 1);
    conforming('state', JSON.stringify(client.named('state')[0]?.data));
    const text = `use ${TOKEN}`;
    await daemon.ask({
      headers: { 'x-claude-code-session-id': 'session-1' },
      body: { messages: [{ role: 'user', content: text }] },
    });
    await until(() => client.named('activity').some(({ data }) => data['kind'] === 'in'));
    const activities = client.named('activity').map(({ data }) => data);
    expect(activities).toEqual([
      expect.objectContaining({
        kind: 'out',
        session: 'session-1',
        count: 1,
        types: [expect.objectContaining({ count: 1 })],
      }),
      expect.objectContaining({ kind: 'in', session: 'session-1', status: 200 }),
    ]);
    // Where the audit log and the placeholder can be found again.
    const [out] = activities;
    const line = await daemon.waitForLine(({ line_type }) => line_type === 'redaction');
    const [{ type, hmac }] = line['redactions'] as [{ type: string; hmac: string }];
    expect(out).toMatchObject({ line: line['seq'], placeholders: [{ type, hmac, count: 1 }] });
    expect(Number(out?.['redact_ms'])).toBeLessThanOrEqual(Number(out?.['latency_ms']));
    // What the changes amount to is the state.
    const merged = Object.assign(
      {},
      ...client.events().map(({ event, data }) => (event === 'activity' ? {} : data)),
    );
    const state = (await daemon.admin('GET', '/admin/state')).json();
    for (const key of ['totals', 'sessions', 'hosts', 'policy', 'killswitch', 'chain'] as const) {
      await until(() => {
        Object.assign(merged, ...client.named('change').map(({ data }) => data));
        return JSON.stringify(merged[key]) === JSON.stringify(state[key]);
      });
    }
    expect(client.text()).not.toContain(TOKEN);
  });

  test('tell of the kill switch', async () => {
    const { daemon } = rig;
    const client = await follow(daemon.home);
    await until(() => client.named('state').length === 1);
    const sentinel = join(daemon.home, 'run', 'kill');
    const told = () =>
      client.named('change').flatMap(({ data }) => {
        const held = data['killswitch'] as KillSwitchPart | undefined;
        return held === undefined ? [] : [held];
      });
    const last = () => told().at(-1);
    writeFileSync(sentinel, '');
    onTestFinished(() => rmSync(sentinel, { force: true }));
    await until(() => last()?.active === true && last()?.last_change_line !== null);
    const armed = last()?.last_change_line ?? -1;
    rmSync(sentinel);
    await until(() => last()?.active === false && last()?.last_change_line !== armed);
    const lines = await daemon.chain();
    expect(lines[armed]).toMatchObject({ line_type: 'killswitch', action: 'arm' });
    expect(lines[last()?.last_change_line ?? -1]).toMatchObject({ action: 'disarm' });
    // Held, then not: what is told in between is where it is recorded.
    const turns = told().map(({ active }) => active);
    expect(turns.filter((active, at) => active !== turns[at - 1])).toEqual([true, false]);
  });

  interface KillSwitchPart {
    readonly active: boolean;
    readonly last_change_line: number | null;
  }
});

describe('the chain', () => {
  const rig = useRig();

  test('is told of with what it takes on the disk, and when it was last exported', async () => {
    const { daemon } = rig;
    const chain = async (): Promise<ChainPart> => {
      const { text } = await daemon.admin('GET', '/admin/state');
      return (conforming('state', text) as { chain: ChainPart }).chain;
    };
    const { disk, last_export: before } = await chain();
    expect(disk).toMatchObject({ segments: 1, receipts: 0 });
    expect(disk?.chain_bytes).toBeGreaterThan(0);
    expect(before).toBeNull();
    const out = join(daemon.home, 'bundle.tar.gz');
    const { lines } = (await daemon.admin('POST', '/admin/export-evidence', { out })).json();
    expect((await chain()).last_export).toMatchObject({ out, lines });
  });

  interface ChainPart {
    readonly disk: { readonly chain_bytes: number } | null;
    readonly last_export: object | null;
  }

  test('rotates while requests run, and none is lost', async () => {
    const { daemon } = rig;
    const asks = Array.from({ length: 8 }, () =>
      daemon.ask({ body: { messages: [{ role: 'user', content: TOKEN }] } }),
    );
    const rotated = await daemon.admin('POST', '/admin/rotate-chain');
    expect(rotated.status).toBe(200);
    expect((await Promise.all(asks)).map(({ status }) => status)).toEqual(Array(8).fill(200));
    const { rotation_seq, next_segment } = rotated.json() as {
      rotation_seq: number;
      next_segment: number;
    };
    const lines = await daemon.chain();
    expect(lines.map((line) => line['seq'])).toEqual([...lines.keys()]);
    expect(lines[rotation_seq]).toMatchObject({ line_type: 'rotation' });
    expect(await readdir(join(daemon.home, 'log', 'chain'))).toContain(
      `${String(next_segment).padStart(20, '0')}.jsonl`,
    );
  });
});

describe('metrics', () => {
  const withMetrics = async (listen: string) => {
    const daemon = await startDaemon({ config: { metrics: { listen } } });
    onTestFinished(daemon.dispose);
    return daemon;
  };

  test('are the same over TCP and the socket, and count what happens', async () => {
    const port = await freePort();
    const provider = await startProvider();
    onTestFinished(provider.close);
    const daemon = await startDaemon({
      provider,
      config: { metrics: { listen: `127.0.0.1:${port}` } },
    });
    onTestFinished(daemon.dispose);
    await daemon.ask({ body: { messages: [{ role: 'user', content: `use ${TOKEN}` }] } });
    await daemon.ask({ body: 'a\u0000b', headers: { 'content-type': 'text/plain' } });
    writeFileSync(join(daemon.home, 'run', 'kill'), '');
    const url = `http://127.0.0.1:${port}`;
    const text = await (await fetch(`${url}/metrics`)).text();
    const { samples } = readScrape(text);
    expect(Object.fromEntries(samples)).toMatchObject({
      'waterwall_requests_total{host="api.anthropic.com",outcome="delivered"}': 1,
      'waterwall_requests_total{host="api.anthropic.com",outcome="refused"}': 1,
      'waterwall_refusals_total{code="unscannable-body"}': 1,
      'waterwall_killswitch_engaged{source="sentinel"}': 1,
      'waterwall_killswitch_engaged{source="http"}': 0,
      'waterwall_added_latency_seconds_count{host="api.anthropic.com"}': 1,
      waterwall_requests_in_flight: 0,
    });
    const redacted = [...samples].filter(([name]) => name.startsWith('waterwall_redactions_total'));
    expect(redacted.map(([, value]) => value)).toEqual([1]);
    expect(text).not.toContain(TOKEN);
    const overSocket = await daemon.admin('GET', '/metrics');
    const ours = (names: Iterable<string>) =>
      [...names].filter((name) => name.startsWith('waterwall_')).sort();
    expect(ours(readScrape(overSocket.text).samples.keys())).toEqual(ours(samples.keys()));
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/admin/state`)).status).toBe(404);
    const state = conforming('state', (await daemon.admin('GET', '/admin/state')).text);
    expect(state).toMatchObject({ metrics: { listen: { port }, failure: null } });
  });

  test('`off` leaves them to the socket', async () => {
    const daemon = await withMetrics('off');
    const state = (await daemon.admin('GET', '/admin/state')).json();
    expect(state['metrics']).toEqual({ listen: null, failure: null });
    expect((await daemon.admin('GET', '/metrics')).status).toBe(200);
  });

  test('a taken port is told, and does not stop the proxy', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => {
      squatter.close();
    });
    await once(squatter, 'listening');
    const { port } = squatter.address() as AddressInfo;
    const daemon = await withMetrics(`127.0.0.1:${port}`);
    const state = conforming('state', (await daemon.admin('GET', '/admin/state')).text);
    expect(state).toMatchObject({
      metrics: { listen: null, failure: expect.stringContaining(`127.0.0.1:${port}`) },
      alarms: [expect.objectContaining({ code: 'metrics-unavailable' })],
    });
    expect((await daemon.admin('GET', '/healthz')).json()['status']).toBe('ok');
    expect(daemon.output()).toContain(`127.0.0.1:${port}`);
  });
});

describe('the end', () => {
  const daemons: (() => Promise<void>)[] = [];
  afterAll(() => Promise.all(daemons.map((dispose) => dispose())));

  test('of the daemon ends the stream of events as a message ends', async () => {
    const daemon = await startDaemon();
    daemons.push(daemon.dispose);
    const client = await follow(daemon.home);
    await until(() => client.named('state').length === 1);
    expect((await daemon.stop()).code).toBe(0);
    expect(await client.ended).toBe(true);
  });
});

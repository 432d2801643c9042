import { rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { conforming } from '../cli/schema.ts';
import { startDaemon } from '../support/daemon.ts';
import { followEvents } from '../support/events.ts';
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
    const states = () =>
      client.named('change').flatMap(({ data }) => {
        const held = data['killswitch'] as { active: boolean } | undefined;
        return held === undefined ? [] : [held.active];
      });
    writeFileSync(sentinel, '');
    onTestFinished(() => rmSync(sentinel, { force: true }));
    await until(() => states().length === 1);
    rmSync(sentinel);
    await until(() => states().length === 2);
    expect(states()).toEqual([true, false]);
  });
});

describe('the chain', () => {
  const rig = useRig();

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

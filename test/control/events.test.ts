import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { createActivities } from '../../lib/control/activities.ts';
import type { AdminFacts } from '../../lib/control/admin-routes.ts';
import { adminRoutes } from '../../lib/control/admin-routes.ts';
import { startAdminServer } from '../../lib/control/admin-server.ts';
import { createEvents, type EventsPace } from '../../lib/control/events.ts';
import { followEvents } from '../support/events.ts';
import { until } from '../support/until.ts';
import { makeHome, type TestHome } from './home.ts';

/** Fast enough for a test; what is compared is order and number, never time. */
const PACE: EventsPace = {
  every: 60,
  look: 20,
  heartbeat: 30_000,
  patience: 30_000,
  subscribers: 3,
};

async function follow(home: TestHome) {
  const client = await followEvents(home.socket);
  onTestFinished(client.leave);
  return client;
}

async function serve(pace: Partial<EventsPace> = {}) {
  const home = makeHome();
  const activities = createActivities();
  const state: Record<string, unknown> = { ts: 0, totals: { requests: 0 }, store: { size: 1 } };
  let asked = 0;
  const listeners = new Set<() => void>();
  const events = createEvents({
    state: () => ({ ...state, ts: ++asked, activities: activities.list() }),
    onActivity: activities.subscribe,
    onChange(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    pace: { ...PACE, ...pace },
  });
  const server = await startAdminServer({
    socketPath: home.socket,
    routes: adminRoutes({ events } as unknown as AdminFacts),
    onFault: (error) => {
      throw error;
    },
  });
  const stop = (): Promise<void> => {
    events.close();
    return server.close();
  };
  onTestFinished(stop);
  return {
    home,
    state,
    stop,
    listeners,
    asked: () => asked,
    change: () => {
      for (const listener of listeners) listener();
    },
    happen: (text: string) => activities.add(0, { kind: 'notice', text }),
  };
}

it('begins with a whole snapshot', async () => {
  const { home, happen } = await serve();
  happen('before');
  const client = await follow(home);
  expect(client.response.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
  });
  await until(() => client.events().length > 0);
  expect(client.events()).toEqual([
    {
      event: 'state',
      data: expect.objectContaining({
        totals: { requests: 0 },
        activities: [expect.objectContaining({ text: 'before', seq: 0 })],
      }),
    },
  ]);
});

it('tells what differs, each member whole, and activities one by one', async () => {
  const { home, state, change, happen } = await serve();
  const client = await follow(home);
  await until(() => client.events().length === 1);
  state['totals'] = { requests: 1 };
  change();
  happen('one');
  happen('two');
  await until(() => client.named('activity').length === 2);
  const [changed] = client.named('change');
  expect(changed?.data).toEqual({ ts: expect.any(Number), totals: { requests: 1 } });
  expect(client.named('activity').map(({ data }) => [data['seq'], data['text']])).toEqual([
    [0, 'one'],
    [1, 'two'],
  ]);
});

it('finds what changes by itself, and is silent where nothing does', async () => {
  const { home, state, asked } = await serve();
  const client = await follow(home);
  await until(() => client.events().length === 1);
  const before = asked();
  await until(() => asked() > before + 3);
  expect(client.events()).toHaveLength(1);
  state['store'] = { size: 2 };
  await until(() => client.named('change').length === 1);
});

it('joins a burst into few messages, loses nothing and keeps the order', async () => {
  const { home, state, change, happen, asked } = await serve();
  const client = await follow(home);
  await until(() => client.events().length === 1);
  const [before, began] = [asked(), performance.now()];
  for (let count = 1; count <= 400; count++) {
    state['totals'] = { requests: count };
    change();
    happen(`number ${count}`);
    if (count % 50 === 0) await sleep(5);
  }
  await until(() => client.named('activity').length === 400);
  // However slow this machine is: no more often than the pace allows.
  const passed = performance.now() - began;
  expect(asked() - before).toBeLessThanOrEqual(Math.floor(passed / PACE.every) + 2);
  expect(client.named('change').length).toBeLessThanOrEqual(asked() - before);
  expect(client.named('activity').map(({ data }) => data['seq'])).toEqual([...Array(400).keys()]);
  await until(
    () => JSON.stringify(client.named('change').at(-1)?.data['totals']) === '{"requests":400}',
  );
});

it('gives a second client a snapshot, and both the same from then on', async () => {
  const { home, happen } = await serve();
  const first = await follow(home);
  await until(() => first.events().length === 1);
  happen('one');
  const second = await follow(home);
  happen('two');
  await until(() => first.named('activity').length === 2);
  await until(() => second.named('activity').length === 1);
  expect(second.named('state')[0]?.data['activities']).toEqual([
    expect.objectContaining({ text: 'one' }),
  ]);
  expect(second.named('activity')[0]?.data['text']).toBe('two');
});

it('sends a comment now and then', async () => {
  const { home } = await serve({ heartbeat: 20 });
  const client = await follow(home);
  await until(() => client.text().includes('\n: alive\n\n') || client.text().includes(': alive'));
  expect(client.events()).toHaveLength(1);
});

/** A client that asks and reads nothing until it is told to. */
async function mute(socketPath: string) {
  const socket = connect(socketPath);
  onTestFinished(() => {
    socket.destroy();
  });
  socket.pause();
  socket.write('GET /admin/events HTTP/1.1\r\nhost: x\r\n\r\n');
  await once(socket, 'connect');
  let text = '';
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => {});
  return {
    read() {
      socket.on('data', (part) => {
        text += part.toString();
      });
      socket.resume();
    },
    text: () => text,
    gone,
  };
}

const LARGE = 'x'.repeat(100_000);

it('drops a client that does not read, and buffers nothing for it', async () => {
  const { home, state, change, listeners } = await serve({ every: 1, look: 5, patience: 500 });
  const client = await mute(home.socket);
  const reader = await follow(home);
  for (let count = 1; count <= 40; count++) {
    state['totals'] = { requests: count, large: LARGE };
    change();
    await until(() => reader.named('change').length === count);
  }
  reader.leave();
  await until(() => listeners.size === 0);
  client.read();
  await client.gone;
  // What fits into the sockets' buffers and one message, not the 40 that went by.
  expect(client.text().length).toBeLessThan(15 * LARGE.length);
});

it('gives a client that was slow for a while a snapshot instead of what it missed', async () => {
  const { home, state, change, happen } = await serve({ every: 1, look: 5 });
  const client = await mute(home.socket);
  const reader = await follow(home);
  for (let count = 1; count <= 40; count++) {
    state['totals'] = { requests: count, large: LARGE };
    happen(`number ${count}`);
    change();
    await until(() => reader.named('activity').length === count);
  }
  client.read();
  await until(() => client.text().split('event: state\n').length >= 3);
  const last = client.text().slice(client.text().lastIndexOf('event: state\ndata: '));
  expect(last).toContain('"requests":40');
  expect(last).toContain('number 40');
  const activities = client.text().match(/event: activity/g) ?? [];
  expect(activities.length).toBeLessThan(40);
});

it('takes so many clients and no more, and looks at nothing while there is none', async () => {
  const { home, listeners } = await serve();
  const clients = [];
  for (let count = 0; count < PACE.subscribers; count++) clients.push(await follow(home));
  expect((await follow(home)).response.statusCode).toBe(503);
  expect(listeners.size).toBe(1);
  for (const client of clients) client.leave();
  await until(() => listeners.size === 0);
  const client = await follow(home);
  await until(() => client.events().length === 1);
});

it('ends as a message ends when the daemon stops', async () => {
  const { home, stop, listeners } = await serve();
  const client = await follow(home);
  await until(() => client.events().length === 1);
  await stop();
  expect(await client.ended).toBe(true);
  expect(listeners.size).toBe(0);
});

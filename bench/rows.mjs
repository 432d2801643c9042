import { request, secret, session } from './bodies.mjs';
import { agentOf, post } from './client.mjs';
import { median } from './figures.mjs';

/**
 * The rows that go through every way, as DESIGN §14 lists them. `run` gives one round's figures, by
 * row; a row's figure is the median over all rounds.
 *
 * A target is a factor of the relay's figure (`times`) or a distance from it in ms (`plus`).
 */
export const ROWS = [
  { id: 'post200k', name: 'POST 200 KB, 10 secrets, p50', target: { times: 1.8 } },
  { id: 'post2m', name: 'POST 2 MB, 10 secrets, p50', target: { times: 1.2 } },
  { id: 'turns', name: 'session of 30 turns, each 50 KB longer, total', target: { times: 1.2 } },
  { id: 'event', name: 'stream of 300 events, delay of one, p50', target: { plus: 0.05 } },
  { id: 'firstByte', name: 'stream, time to first byte', target: { plus: 1.5 } },
  { id: 'plainEvent', name: 'stream with placeholders, event without', target: { plus: 0.05 } },
  { id: 'restoredEvent', name: 'stream with placeholders, event with', target: { plusSync: 0.05 } },
  { id: 'connection', name: 'new connection and 2 KB, p50', target: { times: 1.2 } },
];

const STREAM = { events: 300, gap: 2 };
const MARK = /(with )?t=(\d+\.\d+) /g;

/** One round of all rows through all ways; ways take turns, so that what disturbs meets each alike. */
export const WORK = [
  { ids: ['post200k'], rounds: 12, run: posts(200_000, 10, 20) },
  { ids: ['post2m'], rounds: 12, run: posts(2_000_000, 10, 6) },
  { ids: ['turns'], rounds: 7, run: turns(30, 50_000) },
  { ids: ['event', 'firstByte'], rounds: 5, run: stream(0) },
  { ids: ['plainEvent', 'restoredEvent'], rounds: 5, run: stream(10) },
  { ids: ['connection'], rounds: 8, run: connections(10) },
];

/** What each way has done before anything counts: a proxy runs for days, its code is compiled. */
export async function warmUp(ways) {
  const warm = [posts(200_000, 10, 600), posts(2_000_000, 10, 60), stream(10), connections(60)];
  for (const run of warm) for (const way of ways) await run(way);
}

function posts(size, secrets, count) {
  let bodies;
  return async (way) => {
    bodies ??= Array.from({ length: 4 }, () => request(size, secrets));
    const agent = agentOf(way);
    await post(agent, '/bench', bodies[0]);
    const times = [];
    for (let i = 0; i < count; i++) {
      times.push((await post(agent, '/bench', bodies[i % bodies.length])).duration);
    }
    agent.destroy();
    return { figures: [median(times)], requests: count + 1 };
  };
}

function turns(count, growth) {
  let bodies;
  return async (way) => {
    bodies ??= session(count, growth);
    const agent = agentOf(way);
    let total = 0;
    for (const body of bodies) total += (await post(agent, '/bench', body)).duration;
    agent.destroy();
    return { figures: [total], requests: count };
  };
}

/** The delay of the events of a stream, of which every so many holds a placeholder. */
function stream(every) {
  return async (way) => {
    const agent = agentOf(way);
    const plain = [];
    const restored = [];
    let rest = '';
    const body = Buffer.from(
      JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content: secret() }] }),
    );
    const path = `/bench-sse?n=${STREAM.events}&gap=${STREAM.gap}&every=${every}`;
    const { first } = await post(agent, path, body, (text) => {
      const now = performance.timeOrigin + performance.now();
      rest += text;
      for (const [, mark, sent] of rest.matchAll(MARK)) {
        (mark === undefined ? plain : restored).push(now - Number(sent));
      }
      rest = rest.slice(rest.lastIndexOf('\n') + 1);
    });
    agent.destroy();
    if (plain.length + restored.length !== STREAM.events) throw new Error('events are missing');
    const second = every === 0 ? first : median(restored);
    return { figures: [median(plain), second], requests: 1 };
  };
}

function connections(count) {
  let body;
  return async (way) => {
    body ??= request(2_000, 0);
    const times = [];
    for (let i = 0; i < count; i++) {
      const agent = agentOf(way, false);
      times.push((await post(agent, '/bench', body)).duration);
      agent.destroy();
    }
    return { figures: [median(times)], requests: count };
  };
}

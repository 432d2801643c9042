import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from './bodies.mjs';
import { agentOf, post } from './client.mjs';
import { median, round } from './figures.mjs';
import { cpuOf, memoryOf } from './process.mjs';
import { startWaterwall, stop } from './waterwall.mjs';

/** Measures rows through all ways; `figures[id][way]` in ms, `cpu[id][way]` in ms a request. */
export async function measureWays(ways, work, factor, progress) {
  const figures = {};
  const cpu = {};
  for (const { ids, rounds, run } of work) {
    progress(ids.join(', '));
    const samples = new Map(ways.map((way) => [way, { values: ids.map(() => []), cpu: 0, n: 0 }]));
    const count = Math.max(2, Math.round(rounds * factor));
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < ways.length; j++) {
        const way = ways[(i + j) % ways.length];
        const sample = samples.get(way);
        const before = cpuOf(way.pid);
        const { figures: found, requests } = await run(way);
        const used = cpuOf(way.pid) - before;
        // The first round warms up.
        if (i === 0) continue;
        found.forEach((value, k) => {
          sample.values[k].push(value);
        });
        sample.cpu += used;
        sample.n += requests;
      }
    }
    ids.forEach((id, k) => {
      figures[id] = {};
      cpu[id] = {};
      for (const [way, { values, cpu: used, n }] of samples) {
        figures[id][way.name] = round(median(values[k]));
        if (way.pid !== undefined && Number.isFinite(used)) cpu[id][way.name] = round(used / n);
      }
    });
  }
  return { figures, cpu };
}

/**
 * Milliseconds that making a short line durable takes on this disk, p50; as far from the one before
 * as the lines of a stream are, since a disk that was just written to is quicker.
 */
export async function measureSync(folder) {
  const file = openSync(join(folder, 'sync'), 'a');
  const times = [];
  for (let i = 0; i < 100; i++) {
    await sleep(20);
    const begun = performance.now();
    writeSync(file, `${'x'.repeat(300)}\n`);
    fdatasyncSync(file);
    times.push(performance.now() - begun);
  }
  closeSync(file);
  return round(median(times));
}

/** Megabytes that a process holds after half of the requests of 200 KB, and after all of them. */
export async function measureMemory(way, count) {
  const bodies = Array.from({ length: 8 }, () => request(200_000, 10));
  const agents = Array.from({ length: 4 }, () => agentOf(way));
  const send = (total) => {
    let sent = 0;
    const one = async (agent) => {
      while (sent < total) await post(agent, '/bench', bodies[sent++ % bodies.length]);
    };
    return Promise.all(agents.map(one));
  };
  await send(count / 2);
  const half = memoryOf(way.pid);
  await send(count / 2);
  const full = memoryOf(way.pid);
  for (const agent of agents) agent.destroy();
  return { requests: count, half: round(half), full: round(full) };
}

/** Milliseconds from the start of `waterwall up` until its port takes connections. */
export async function measureStart(home, rounds) {
  const times = [];
  for (let i = 0; i < rounds; i++) {
    const started = await startWaterwall(home);
    times.push(started.startedIn);
    await stop(started);
  }
  return round(median(times));
}

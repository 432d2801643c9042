import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { expectServing, useRig } from '../support/rig.ts';
import { readAll, TunnelRefused, tlsTunnel, tunnel } from '../support/tunnel.ts';
import { until } from '../support/until.ts';

const HOST = 'api.anthropic.com';
const LAST_CHUNK = '\r\n0\r\n\r\n';

interface Source {
  readonly engage: (daemon: Daemon) => unknown;
  readonly release: (daemon: Daemon) => unknown;
}

const writeSwitch = (daemon: Daemon, value: boolean): void => {
  const path = join(daemon.home, 'etc', 'config.yaml');
  const config = JSON.parse(readFileSync(path, 'utf8')) as object;
  writeFileSync(path, JSON.stringify({ ...config, kill_switch: value }), { mode: 0o600 });
};

const SOURCES: Readonly<Record<string, Source>> = {
  config: {
    engage: (daemon) => writeSwitch(daemon, true),
    release: (daemon) => writeSwitch(daemon, false),
  },
  sigusr1: {
    engage: ({ pid }) => void process.kill(pid, 'SIGUSR1'),
    release: ({ pid }) => void process.kill(pid, 'SIGUSR1'),
  },
  sentinel: {
    engage: ({ home }) => writeFileSync(join(home, 'run', 'kill'), ''),
    release: ({ home }) => rmSync(join(home, 'run', 'kill')),
  },
  http: {
    engage: (daemon) =>
      daemon.admin('POST', '/admin/killswitch', { action: 'arm', reason: 'a test' }),
    release: (daemon) => daemon.admin('POST', '/admin/killswitch', { action: 'disarm' }),
  },
};

async function activeSources(daemon: Daemon): Promise<string[]> {
  const health = (await daemon.admin('GET', '/healthz')).json();
  const sources = health['killswitch_sources'] as (string | { source: string })[];
  return sources.map((one) => (typeof one === 'string' ? one : one.source));
}

describe.each(Object.entries(SOURCES))('%s', (name, source) => {
  const rig = useRig();

  afterEach(async () => {
    await until(async () => (await activeSources(rig.daemon)).length === 0);
  });

  const engaged = () => until(async () => (await activeSources(rig.daemon)).includes(name));

  test('refuses requests with its message, reaches no provider, and lets go again', async () => {
    await source.engage(rig.daemon);
    await engaged();
    try {
      const before = rig.provider.requests.length;
      const answer = await rig.daemon.ask({ body: {} });
      expect([answer.status, answer.headers['x-waterwall']]).toEqual([502, 'killswitch-engaged']);
      expect(answer.json()).toMatchObject({
        error: {
          message: expect.stringContaining(`Waterwall: kill switch engaged (sources: ${name})`),
        },
        waterwall: { code: 'killswitch-engaged', sources_active: [name] },
      });
      const codex = await rig.daemon.ask({
        host: 'api.openai.com',
        path: '/v1/responses',
        body: {},
        headers: { 'user-agent': 'codex_exec/0.169.0' },
      });
      expect(codex.status).toBe(400);
      expect(rig.provider.requests.length).toBe(before);
    } finally {
      await source.release(rig.daemon);
    }
    await until(async () => (await rig.daemon.ask({ body: {} })).status === 200);
  });

  test('cuts what is under way', async () => {
    const socket = await tlsTunnel(rig.daemon, HOST);
    socket.write(`GET /hostile/endless HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
    await readAll(socket, { enough: (text) => text.includes('"ping"') });
    const endless = await rig.provider.waitFor(({ url }) => url === '/hostile/endless');
    const waiting = rig.daemon.ask({ path: '/hostile/stalls' }).catch(() => undefined);
    const stalled = await rig.provider.waitFor(({ url }) => url === '/hostile/stalls');
    const rest = readAll(socket, { enough: (text) => text.endsWith(LAST_CHUNK) });
    const started = performance.now();
    await source.engage(rig.daemon);
    try {
      expect(await endless.over).toBe('gone');
      expect(await stalled.over).toBe('gone');
      expect(performance.now() - started).toBeLessThan(2000);
      const { text, end } = await rest;
      expect(end !== 'open' || text.endsWith(LAST_CHUNK)).toBe(true);
      expect(text.slice(-1000)).toContain('event: error');
      expect(text).toContain('kill switch engaged');
      const answer = await waiting;
      expect(answer?.headers['x-waterwall'] ?? 'killswitch-engaged').toBe('killswitch-engaged');
      await engaged();
    } finally {
      await source.release(rig.daemon);
    }
    rig.provider.forget();
  });
});

describe('together', () => {
  const rig = useRig();

  test('all must let go, and each is in the log', async () => {
    const { daemon } = rig;
    for (const { engage } of Object.values(SOURCES)) await engage(daemon);
    await until(async () => (await activeSources(daemon)).length === 4);
    const answer = await daemon.ask({ body: {} });
    expect(answer.text).toContain('(sources: config, sigusr1, sentinel, http)');
    for (const { release } of Object.values(SOURCES)) {
      expect((await daemon.ask({ body: {} })).headers['x-waterwall']).toBe('killswitch-engaged');
      await release(daemon);
    }
    await until(async () => (await activeSources(daemon)).length === 0);
    await expectServing(daemon);
    const lines = (await daemon.chain()).filter((line) => line.line_type === 'killswitch');
    for (const name of Object.keys(SOURCES)) {
      expect(
        lines.filter((line) => JSON.stringify(line).includes(`"${name}"`)).length,
      ).toBeGreaterThanOrEqual(2);
    }
  });

  test('CONNECT to a host that is not opened is refused too', async () => {
    await SOURCES['sentinel']?.engage(rig.daemon);
    const error = await tunnel(rig.daemon.port, 'nobody.example:443').catch(
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(TunnelRefused);
    expect((error as TunnelRefused).answer).toMatch(/x-waterwall: killswitch-engaged/i);
    await SOURCES['sentinel']?.release(rig.daemon);
    await until(async () => (await activeSources(rig.daemon)).length === 0);
  });

  test('a run folder that is gone counts as engaged', async () => {
    const run = join(rig.daemon.home, 'run');
    renameSync(run, `${run}.away`);
    try {
      expect((await rig.daemon.ask({ body: {} })).headers['x-waterwall']).toBe(
        'killswitch-engaged',
      );
      mkdirSync(run, { mode: 0o700 });
      expect((await rig.daemon.ask({ body: {} })).headers['x-waterwall']).toBe(
        'killswitch-engaged',
      );
    } finally {
      rmSync(run, { recursive: true, force: true });
      renameSync(`${run}.away`, run);
    }
    await until(async () => (await rig.daemon.ask({ body: {} })).status === 200);
  });

  test('a configuration that does not parse but says `kill_switch: true` engages', async () => {
    const path = join(rig.daemon.home, 'etc', 'config.yaml');
    const good = readFileSync(path);
    writeFileSync(path, 'kill_switch: true\n}{ :\n', { mode: 0o600 });
    await until(async () => (await activeSources(rig.daemon)).includes('config'));
    writeFileSync(path, good, { mode: 0o600 });
    await until(async () => (await activeSources(rig.daemon)).length === 0);
  });
});

describe('after a crash', () => {
  test.each(['sigusr1', 'http'])('%s still holds', async (name) => {
    const first = await startDaemon();
    await SOURCES[name]?.engage(first);
    await until(async () => (await activeSources(first)).includes(name));
    await first.stop('SIGKILL');
    const second = await startDaemon({ home: first.home });
    try {
      expect(await activeSources(second)).toEqual([name]);
      expect((await second.ask({ body: {} })).headers['x-waterwall']).toBe('killswitch-engaged');
    } finally {
      await second.dispose();
    }
  });
});

/** Every subset of the sources, by name. */
const COMBINATIONS = Array.from({ length: 16 }, (_, bits) =>
  Object.keys(SOURCES).filter((_name, index) => (bits >> index) & 1),
);

describe('any combination', () => {
  test('holds as it is through a reload and a restart, whether it ended well or crashed', async () => {
    let daemon = await startDaemon();
    try {
      for (const [round, names] of COMBINATIONS.entries()) {
        for (const name of names) await SOURCES[name]?.engage(daemon);
        const held = async () => JSON.stringify(await activeSources(daemon));
        await until(async () => (await held()) === JSON.stringify(names), { timeout: 15_000 });
        expect((await daemon.admin('POST', '/admin/reload')).status).toBe(200);
        expect(await activeSources(daemon)).toEqual(names);
        await daemon.stop(round % 2 === 0 ? 'SIGTERM' : 'SIGKILL');
        daemon = await startDaemon({ home: daemon.home });
        expect(await activeSources(daemon)).toEqual(names);
        const answer = await daemon.ask({ body: {} });
        if (names.length > 0) expect(answer.headers['x-waterwall']).toBe('killswitch-engaged');
        else expect(answer.headers['x-waterwall']).not.toBe('killswitch-engaged');
        // Letting go of one after the other; the rest holds until the last has gone.
        for (const [index, name] of names.entries()) {
          await SOURCES[name]?.release(daemon);
          const rest = JSON.stringify(names.slice(index + 1));
          await until(async () => (await held()) === rest, { timeout: 15_000 });
        }
      }
      const lines = (await daemon.chain()).filter((line) => line.line_type === 'killswitch');
      for (const name of Object.keys(SOURCES)) {
        const own = lines.filter((line) => line['source'] === name).map((line) => line['action']);
        // A source that is found engaged at a start is told anew; a latch goes on as it was.
        expect(own.filter((action) => action === 'disarm')).toHaveLength(8);
        expect(own.filter((action) => action === 'arm').length).toBeGreaterThanOrEqual(8);
        expect(own.at(-1)).toBe('disarm');
      }
    } finally {
      await daemon.dispose();
    }
  }, 180_000);
});

describe('an upload under way', () => {
  const rig = useRig();

  test('is cut within the 100 ms look, and reaches the provider only in part', async () => {
    const socket = await tlsTunnel(rig.daemon, HOST);
    socket.on('error', () => {});
    const piece = 'x'.repeat(16_384);
    const total = 64 * piece.length;
    socket.write(
      `POST /v1/messages HTTP/1.1\r\nHost: ${HOST}\r\ncontent-type: text/plain\r\ncontent-length: ${total}\r\n\r\n`,
    );
    for (let sent = 0; sent < 8; sent++) socket.write(piece);
    const inFlight = async (): Promise<number> => {
      const state = (await rig.daemon.admin('GET', '/admin/state')).json();
      return (state['totals'] as { in_flight: number }).in_flight;
    };
    await until(async () => (await inFlight()) === 1);
    const before = rig.provider.requests.length;
    writeFileSync(join(rig.daemon.home, 'run', 'kill'), '');
    try {
      // Nobody asks anything: it is the switch's own look that ends the upload.
      const line = await rig.daemon.waitForLine(
        (each) => each.line_type === 'killswitch' && each['action'] === 'arm',
      );
      expect(line).toMatchObject({ source: 'sentinel' });
      await until(async () => (await inFlight()) === 0);
      expect(rig.provider.requests.length).toBe(before);
    } finally {
      rmSync(join(rig.daemon.home, 'run', 'kill'));
      socket.destroy();
    }
    await until(async () => (await activeSources(rig.daemon)).length === 0);
  });
});

import { readdirSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { TEST_APIS, type TestApi } from '../support/apis.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { canInject, inject } from '../support/inject.ts';
import { useRig } from '../support/rig.ts';
import { makeSecret } from '../support/secrets.ts';
import { readAll, tlsTunnel } from '../support/tunnel.ts';
import { until } from '../support/until.ts';

const HOST = 'api.anthropic.com';
const api = TEST_APIS[0] as TestApi;

const arm = (daemon: Daemon) =>
  daemon.admin('POST', '/admin/killswitch', { action: 'arm', reason: 'a test' });
const disarm = (daemon: Daemon) =>
  daemon.admin('POST', '/admin/killswitch', { action: 'disarm', reason: 'a test' });

const inFlight = async (daemon: Daemon): Promise<number> => {
  const state = (await daemon.admin('GET', '/admin/state')).json();
  return (state as { totals: { in_flight: number } }).totals.in_flight;
};

const post = (path: string, length: number): string =>
  `POST ${path} HTTP/1.1\r\nHost: ${HOST}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;

async function send(daemon: Daemon, text: string): Promise<TLSSocket> {
  const socket = await tlsTunnel(daemon, HOST);
  socket.write(text);
  return socket;
}

const answered = { enough: (text: string) => text.includes('kill switch engaged') };

/** The chain's segment that is being written. */
function segment(daemon: Daemon): string {
  const folder = join(daemon.home, 'log', 'chain');
  return join(folder, readdirSync(folder).sort().at(-1) as string);
}

describe('the kill switch', () => {
  const rig = useRig();
  afterEach(async () => {
    await disarm(rig.daemon);
    await until(async () => (await inFlight(rig.daemon)) === 0);
  });

  test('while a body comes in: the client is told at once, and may send the rest', async () => {
    const socket = await send(rig.daemon, `${post('/upload', 1_000_000)}{"a":"`);
    await until(async () => (await inFlight(rig.daemon)) === 1);
    const told = readAll(socket, answered);
    await arm(rig.daemon);
    const { text } = await told;
    expect(text).toMatch(/^HTTP\/1\.1 502 /);
    expect(text).toContain('kill switch engaged');
    socket.destroy();
    await disarm(rig.daemon);
    expect(rig.provider.requests.some(({ url }) => url === '/upload')).toBe(false);
  });

  test.runIf(canInject)('while a line is synced: the tail stays here', async () => {
    const body = JSON.stringify({ a: 'x'.repeat(300_000), key: makeSecret('GITHUB_TOKEN', 20) });
    const slow = await inject(rig.daemon.pid, 'fdatasync:delay_enter=700000', segment(rig.daemon));
    try {
      const socket = await send(rig.daemon, post('/synced', body.length) + body);
      const request = await rig.provider.waitFor(({ url }) => url === '/synced');
      const told = readAll(socket, answered);
      await arm(rig.daemon);
      const { text } = await told;
      expect(text).toContain('kill switch engaged');
      expect(await request.over).toBe('gone');
      expect(request.complete()).toBe(false);
      socket.destroy();
    } finally {
      await slow.stop();
    }
  });

  test.runIf(canInject)(
    'while a restored secret waits for its line: it is not delivered',
    async () => {
      const key = makeSecret('GITHUB_TOKEN', 21);
      await rig.daemon.ask({ path: api.path, body: api.prompt('hello', key) });
      let answer: (() => void) | undefined;
      rig.provider.behave('/waits', (request, response) => {
        request.resume();
        request.once('end', () => {
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          response.write('event: ping\ndata: {"type":"ping"}\n\n');
          const seen = rig.provider.requests.find(({ url }) => url === '/waits');
          const [placeholder] = /<pl:[A-Z_]+:[0-9a-f]+>/.exec(seen?.text() ?? '') ?? [];
          answer = () => {
            const event = {
              type: 'content_block_delta',
              index: 0,
              delta: { type: 'text_delta', text: placeholder },
            };
            response.write(`event: content_block_delta\ndata: ${JSON.stringify(event)}\n\n`);
          };
        });
      });
      const body = JSON.stringify({ key });
      const socket = await send(rig.daemon, post('/waits', body.length) + body);
      await readAll(socket, { enough: (text) => text.includes('"ping"') });
      const slow = await inject(
        rig.daemon.pid,
        'fdatasync:delay_enter=400000',
        segment(rig.daemon),
      );
      try {
        const rest = readAll(socket, { enough: (all) => all.endsWith('\r\n0\r\n\r\n') });
        answer?.();
        await sleep(100);
        await arm(rig.daemon);
        const { text } = await rest;
        expect(text).toContain('event: error');
        expect(text).not.toContain(key);
        await sleep(1000);
      } finally {
        await slow.stop();
      }
      expect(rig.daemon.running(), rig.daemon.output()).toBe(true);
      socket.destroy();
    },
  );
});

describe.runIf(canInject)('record before effect', () => {
  const rig = useRig();
  const SYNC = 500;

  test('a slow disk holds back the tail of a request and a restored secret, nothing else', async () => {
    const times = { head: 0, tail: 0 };
    rig.provider.behave('/order', (request, response) => {
      request.once('data', () => {
        times.head = performance.now();
      });
      request.once('end', () => {
        times.tail = performance.now();
        const seen = rig.provider.requests.find(({ url }) => url === '/order');
        const [placeholder] = /<pl:[A-Z_]+:[0-9a-f]+>/.exec(seen?.text() ?? '') ?? [];
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('data: {"type":"ping"}\n\n');
        response.end(`data: {"type":"x","text":"${placeholder}"}\n\n`);
      });
    });
    const key = makeSecret('GITHUB_TOKEN', 23);
    const body = JSON.stringify({ a: 'x'.repeat(100_000), key });
    const slow = await inject(rig.daemon.pid, `fdatasync:delay_enter=${SYNC}000`);
    try {
      const socket = await send(rig.daemon, post('/order', body.length) + body);
      await readAll(socket, { enough: (text) => text.includes('"ping"') });
      const ping = performance.now();
      const { text } = await readAll(socket, { enough: (all) => all.includes('"x"') });
      const restored = performance.now();
      socket.destroy();
      expect(text).toContain(key);
      // Timers and clocks of two processes: a little less than the delay is the delay.
      expect(times.tail - times.head).toBeGreaterThan(SYNC * 0.8);
      expect(restored - ping).toBeGreaterThan(SYNC * 0.5);
    } finally {
      await slow.stop();
    }
  });
});

describe('while the provider shakes hands', () => {
  const silent = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('close', () => open.delete(socket));
    // Only then has the daemon too heard that the connection stands, and can reset it.
    socket.once('data', () => open.add(socket));
  });
  const open = new Set<net.Socket>();
  const port = new Promise<number>((resolve) => {
    silent.listen(0, '127.0.0.1', () => resolve((silent.address() as AddressInfo).port));
  });

  test('the kill switch resets, and a client that leaves takes its connection along', async () => {
    const upstream = `https://127.0.0.1:${await port}`;
    const daemon = await startDaemon({
      hosts: { [HOST]: { upstream } },
      config: { limits: { handshake_timeout: '1s' } },
    });
    try {
      const waiting = daemon.ask({ body: { a: 1 } });
      await until(() => open.size === 1);
      const reset = new Promise((resolve) => {
        for (const socket of open) socket.once('error', resolve);
      });
      await arm(daemon);
      expect((await waiting).headers['x-waterwall']).toBe('killswitch-engaged');
      expect(await reset).toMatchObject({ code: 'ECONNRESET' });
      await until(() => open.size === 0);
      await disarm(daemon);

      const refused = await daemon.ask({ body: { a: 1 } });
      expect([refused.headers['x-waterwall'], refused.text]).toEqual([
        'upstream-tls',
        expect.stringContaining('the handshake took too long'),
      ]);
      await until(() => open.size === 0);

      const socket = await send(daemon, `GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
      await until(() => open.size === 1);
      socket.destroy();
      await until(() => open.size === 0);
      await until(async () => (await inFlight(daemon)) === 0);
    } finally {
      await daemon.dispose();
      silent.close();
    }
  });
});

describe('clients that leave', () => {
  const rig = useRig();
  const descriptors = (): number => readdirSync(`/proc/${rig.daemon.pid}/fd`).length;

  test('at every moment: nothing of theirs is kept', { timeout: 60_000 }, async () => {
    const body = JSON.stringify({
      key: makeSecret('GITHUB_TOKEN', 22),
      filler: 'x'.repeat(50_000),
    });
    await rig.daemon.ask({ path: '/before', body });
    const before = descriptors();
    const requests = [
      post('/hostile/stalls', body.length) + body,
      post('/hostile/endless', body.length) + body,
      post('/hostile/big?mib=4', body.length) + body,
      post('/hostile/big?mib=1', body.length) + body,
      post('/hostile/reads-nothing', body.length) + body,
      post('/echo', body.length) + body,
      post('/echo', body.length) + body.slice(0, 20_000),
      `POST /echo HTTP/1.1\r\nHost: ${HOST}\r\n`,
      post('/echo', body.length) + body + post('/echo', body.length) + body,
    ];
    for (let round = 0; round < 24; round++) {
      await Promise.all(
        requests.map(async (text, i) => {
          const socket = await send(rig.daemon, text);
          if (i % 2 === 0) socket.pause();
          else socket.resume();
          await sleep((round * 7 + i * 3) % 60);
          if (round % 3 === 0)
            (socket as unknown as { _parent?: net.Socket })._parent?.resetAndDestroy();
          if (round % 3 === 1) socket.end();
          await sleep(5);
          socket.destroy();
        }),
      );
    }
    await until(async () => (await inFlight(rig.daemon)) === 0);
    // Kept connections to the provider stay.
    await until(() => descriptors() <= before + 34);
    await until(() => rig.provider.open() <= 34);
  });

  test('just before the end of an answer that they do not read', async () => {
    const socket = await send(
      rig.daemon,
      `GET /hostile/big?mib=8 HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`,
    );
    socket.pause();
    const seen = await rig.provider.waitFor(({ url }) => url === '/hostile/big?mib=8');
    // The provider is done; the end waits here for a client that does not read.
    await Promise.race([seen.over, sleep(1500)]);
    socket.destroy();
    await until(async () => (await inFlight(rig.daemon)) === 0);
  });

  test('after a whole answer was written that they do not read', async () => {
    rig.provider.behave('/whole', (request, response) => {
      request.resume();
      const bytes = Buffer.alloc(1_000_000, 0x61);
      response.writeHead(200, { 'content-type': 'text/plain', 'content-length': bytes.length });
      response.end(bytes);
    });
    const get = `GET /whole HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`;
    const socket = await send(rig.daemon, get.repeat(12));
    socket.pause();
    await rig.provider.waitFor(({ url }) => url === '/whole');
    await sleep(500);
    socket.destroy();
    await until(async () => (await inFlight(rig.daemon)) === 0);
  });
});

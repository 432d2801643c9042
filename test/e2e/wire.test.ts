import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { proxyAgent } from '../support/client.ts';
import type { SeenRequest } from '../support/provider.ts';
import { useRig } from '../support/rig.ts';
import { readAll, tlsTunnel } from '../support/tunnel.ts';

const rig = useRig();
const HOST = 'api.anthropic.com';

async function open(request: string): Promise<TLSSocket> {
  const socket = await tlsTunnel(rig.daemon, HOST);
  socket.write(request);
  return socket;
}

const seen = (path: string): Promise<SeenRequest> =>
  rig.provider.waitFor(({ url }) => url.startsWith(path));

const within = <T>(promise: Promise<T>, ms: number): Promise<T | 'too late'> =>
  Promise.race([promise, sleep(ms, 'too late' as const, { ref: false })]);

describe('headers', () => {
  test('keep their order, case and duplicates; what belongs to one hop goes', async () => {
    const socket = await open(
      [
        'POST /fidelity HTTP/1.1',
        `Host: ${HOST}`,
        'X-Api-Key: k',
        'Anthropic-Beta: a',
        'aNTHROPIC-bETA: b',
        'TE: trailers',
        'Connection: keep-alive, X-Hop',
        'X-Hop: 1',
        'Keep-Alive: timeout=5',
        'Proxy-Authorization: Basic eDp4',
        'Proxy-Connection: keep-alive',
        'Upgrade: h2c',
        'Transfer-Encoding: chunked',
        'x-last: ünï',
        '',
        '5\r\nhello\r\n0\r\n\r\n',
      ].join('\r\n'),
    );
    const request = await seen('/fidelity');
    await request.over;
    socket.destroy();
    const names = request.rawHeaders.filter((_, i) => i % 2 === 0);
    const own = names.filter(
      (name) => !/^(connection|content-length|transfer-encoding)$/i.test(name),
    );
    expect(own).toEqual(['Host', 'X-Api-Key', 'Anthropic-Beta', 'aNTHROPIC-bETA', 'x-last']);
    expect(request.text()).toBe('hello');
    expect(request.headers['x-last']).toBe(Buffer.from('ünï').toString('latin1'));
  });

  test('of the answer keep their order, case and duplicates', async () => {
    const fields = [
      'X-One',
      '1',
      'Set-Cookie',
      'a=1',
      'set-cookie',
      'b=2',
      'Request-Id',
      'r',
      'Connection',
      'X-Gone',
      'X-Gone',
      '1',
    ];
    rig.provider.behave('/answer-headers', (_request, response) => {
      response.writeHead(200, 'Very Fine', [
        ...fields,
        'Content-Type',
        'text/plain',
        'Content-Length',
        '2',
      ]);
      response.end('ok');
    });
    const { rawHeaders } = await rig.daemon.ask({ path: '/answer-headers' });
    const text = rawHeaders.join('|');
    expect(text).toContain('X-One|1|Set-Cookie|a=1|set-cookie|b=2|Request-Id|r');
    expect(text).not.toContain('X-Gone');
  });

  test('Expect: 100-continue is answered here and does not travel', async () => {
    const socket = await open(
      `POST /expect HTTP/1.1\r\nHost: ${HOST}\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n`,
    );
    const early = await readAll(socket, { enough: (text) => text.includes('\r\n\r\n') });
    expect(early.text).toMatch(/^HTTP\/1\.1 100 /);
    socket.write('hello');
    const request = await seen('/expect');
    await request.over;
    socket.destroy();
    expect([request.text(), request.headers.expect]).toEqual(['hello', undefined]);
  });

  test('only codings that we decode are asked for', async () => {
    await rig.daemon.ask({ path: '/codings', headers: { 'accept-encoding': 'gzip, weird, zstd' } });
    const { headers } = await seen('/codings');
    expect(headers['accept-encoding'] ?? '').not.toContain('weird');
  });
});

describe('who leaves', () => {
  test('a client in a stream: the provider sees it go', async () => {
    const socket = await open(`GET /hostile/endless HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
    await readAll(socket, { enough: (text) => text.includes('"ping"') });
    socket.destroy();
    expect(await within((await seen('/hostile/endless')).over, 2000)).toBe('gone');
  });

  test('a client while the provider thinks: the provider sees it go', async () => {
    const socket = await open(`GET /hostile/stalls HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
    const request = await seen('/hostile/stalls');
    socket.destroy();
    expect(await within(request.over, 2000)).toBe('gone');
  });

  test('a client in its upload: the provider never sees the request as complete', async () => {
    const head = `POST /half HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 1000000\r\n\r\n`;
    const socket = await open(head + 'x'.repeat(200_000));
    await sleep(100);
    socket.destroy();
    await once(socket, 'close');
    await rig.daemon.ask({ path: '/after-half' });
    const half = rig.provider.requests.find(({ url }) => url === '/half');
    if (half !== undefined) expect(await within(half.over, 2000)).toBe('gone');
    expect(half?.complete() ?? false).toBe(false);
  });

  test('a provider that stalls in a stream holds nothing back', async () => {
    const socket = await open(`GET /hostile/stalls-in-stream HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
    const { text, end } = await readAll(socket, { enough: (all) => all.includes('"ping"}\n\n') });
    socket.destroy();
    expect([text.includes('"ping"}\n\n'), end]).toEqual([true, 'open']);
  });

  test('a provider that answers before it has the request is heard', async () => {
    const answer = await rig.daemon.ask({
      path: '/hostile/answers-early',
      body: 'x'.repeat(5_000_000),
    });
    expect([answer.status, answer.text]).toEqual([
      413,
      expect.stringContaining('request_too_large'),
    ]);
  });
});

describe('flow', () => {
  test('a client that does not read holds the provider back', async () => {
    const socket = await open(`GET /hostile/big?mib=200 HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
    socket.pause();
    const request = await seen('/hostile/big');
    let before = -1;
    while (request.answered() !== before) {
      before = request.answered();
      await sleep(300);
    }
    expect(before).toBeLessThan(32 << 20);
    socket.destroy();
  });

  test('and gets everything once it reads', async () => {
    const answer = await rig.daemon.ask({ path: '/hostile/big?mib=20' });
    expect([answer.bytes.length, answer.complete]).toEqual([20 << 20, true]);
  });

  test('no request waits for a delayed acknowledgement', async () => {
    const agent = proxyAgent(rig.daemon, { keepAlive: true, maxSockets: 1 });
    const body = { filler: 'a'.repeat(200_000) };
    const times: number[] = [];
    for (let i = 0; i < 15; i++) {
      const started = performance.now();
      await rig.daemon.ask({ path: '/quick', body, agent });
      times.push(performance.now() - started);
    }
    agent.destroy();
    // With Nagle's algorithm on, each would take the 40 ms of Linux's delayed ACK.
    expect(Math.min(...times)).toBeLessThan(38);
  });

  test('clients that come and go share connections to the provider', async () => {
    const before = rig.provider.connections();
    for (let i = 0; i < 6; i++)
      await rig.daemon.ask({ path: '/share', headers: { connection: 'close' } });
    expect(rig.provider.connections() - before).toBeLessThanOrEqual(1);
  });

  test('a request that meets a dead kept connection is repeated at most before its tail was sent', async () => {
    const used = new Set<number>();
    rig.provider.behave('/dead', (request, response) => {
      const { connection } = rig.provider.requests.at(-1) as SeenRequest;
      if (used.has(connection)) return void request.socket.destroy();
      used.add(connection);
      request.once('end', () => response.end('ok'));
    });
    const agent = proxyAgent(rig.daemon, { keepAlive: true });
    for (let i = 0; i < 4; i++) {
      const before = rig.provider.requests.length;
      const answer = await rig.daemon.ask({ path: '/dead', body: { i }, agent });
      const tries = rig.provider.requests.slice(before);
      expect(tries.length).toBeLessThanOrEqual(2);
      expect(tries.filter((one) => one.complete()).length).toBeLessThanOrEqual(1);
      if (answer.status !== 200) {
        expect([answer.status, answer.headers['x-should-retry']]).toEqual([502, 'true']);
      }
    }
    agent.destroy();
  });

  test('a connection that the provider closes while it rests is not used again', async () => {
    for (let i = 0; i < 3; i++) {
      const answer = await rig.daemon.ask({ path: '/hostile/closes-idle' });
      expect([answer.status, answer.text]).toEqual([200, 'ok']);
      await sleep(60);
    }
  });

  test('an idle connection of a client stays open', { timeout: 20_000 }, async () => {
    const agent = proxyAgent(rig.daemon, { keepAlive: true, maxSockets: 1 });
    await rig.daemon.ask({ path: '/idle', agent });
    const [socket] = Object.values(agent.freeSockets).flat();
    await sleep(6500);
    expect(socket?.destroyed).toBe(false);
    agent.destroy();
  });
});

test('a client that speaks only HTTP/2 is refused in the handshake, or falls back', async () => {
  const protocol = await tlsTunnel(rig.daemon, HOST, { ALPNProtocols: ['h2'] }).then(
    (socket) => {
      socket.destroy();
      return socket.alpnProtocol;
    },
    () => 'refused',
  );
  expect(protocol).not.toBe('h2');
});

test.each([
  // 426 moves Codex to HTTPS at once; 101 only comes where the messages are read.
  ['websocket', /^HTTP\/1\.1 (101|426) /],
  ['h2c', /^HTTP\/1\.1 (200|4\d\d|501) /],
])('an upgrade to %s is never piped unread', async (protocol, expected) => {
  const key = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
  const socket = await open(
    `GET /upgrade HTTP/1.1\r\nHost: ${HOST}\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n${key}\r\n\r\n`,
  );
  const { text } = await readAll(socket, { enough: (all) => all.includes('\r\n\r\n') });
  socket.destroy();
  expect(text).toMatch(expected);
  // The stand-in refuses every upgrade: a 101 would be ours alone.
  expect(text).not.toMatch(/^HTTP\/1\.1 101 /);
});

import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import zlib from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { canInject, inject } from '../support/inject.ts';
import { type Provider, startProvider } from '../support/provider.ts';
import { useRig } from '../support/rig.ts';
import { makeSecret } from '../support/secrets.ts';
import { readAll, tlsTunnel } from '../support/tunnel.ts';
import { until } from '../support/until.ts';

const HOST = 'api.anthropic.com';
const SSE = { 'content-type': 'text/event-stream' };
const PLACEHOLDER = /<pl:[A-Z_]+:[0-9a-f]{16}>/;

const delta = (text: string): string =>
  `event: content_block_delta\ndata: ${JSON.stringify({
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'text_delta', text },
  })}\n\n`;

/** Answers once the request is there, with the placeholder that it held. */
function whenAsked(
  provider: Provider,
  path: string,
  act: (response: ServerResponse, placeholder: string, request: IncomingMessage) => void,
): void {
  provider.behave(path, (request, response) => {
    request.once('end', () => {
      const seen = provider.requests.findLast(({ url }) => url === path);
      act(response, PLACEHOLDER.exec(seen?.text() ?? '')?.[0] ?? '', request);
    });
  });
}

const segment = (daemon: Daemon): string => {
  const folder = join(daemon.home, 'log', 'chain');
  return join(folder, readdirSync(folder).sort().at(-1) as string);
};

const residentMiB = (daemon: Daemon): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${daemon.pid}/status`, 'utf8'))?.[1]) / 1024;

describe.runIf(canInject)('a full disk', () => {
  let provider: Provider;
  let daemon: Daemon;
  beforeAll(async () => {
    provider = await startProvider();
  });
  afterAll(() => provider.close());
  beforeEach(async () => {
    provider.forget();
    daemon = await startDaemon({ provider });
  });
  afterEach(() => daemon.dispose());

  test('in the middle of a stream ends it in the API’s words, and nothing restored is given', async () => {
    const key = makeSecret('GITHUB_TOKEN', 30);
    let goOn: (() => void) | undefined;
    whenAsked(provider, '/stream', (response, placeholder) => {
      response.writeHead(200, SSE);
      response.write(delta('before '));
      goOn = () => response.write(delta(placeholder) + delta(' after'));
    });
    const answer = daemon.ask({ path: '/stream', body: { key } });
    await until(() => goOn !== undefined);
    await sleep(50);
    const full = await inject(daemon.pid, 'write:error=ENOSPC', segment(daemon));
    goOn?.();
    const { text, complete } = await answer;
    expect(complete).toBe(true);
    expect(text).toContain('before ');
    expect(text).toContain('event: error');
    expect(text).toContain('audit-unavailable');
    expect(text).not.toContain(key);
    expect(text).not.toContain(' after');
    const next = await daemon.ask({ path: '/next', body: { a: 1 } });
    expect(next.headers['x-waterwall']).toBe('audit-unavailable');
    await full.stop();
    expect(provider.requests.some(({ url }) => url === '/next')).toBe(false);
    expect(daemon.running()).toBe(true);
  });

  test('in the middle of an upload: its tail never leaves', async () => {
    const full = await inject(daemon.pid, 'write:error=ENOSPC:delay_enter=300000', segment(daemon));
    const body = { a: 'x'.repeat(500_000), key: makeSecret('GITHUB_TOKEN', 31) };
    const answer = await daemon.ask({ path: '/upload', body });
    await full.stop();
    expect([answer.status, answer.headers['x-waterwall']]).toEqual([502, 'audit-unavailable']);
    const seen = provider.requests.find(({ url }) => url === '/upload');
    expect(seen?.complete() ?? false).toBe(false);
    expect(await seen?.over).toBe('gone');
  });
});

describe('an answer that breaks off', () => {
  const rig = useRig();

  test('gives what was held back before it is cut', async () => {
    rig.provider.behave('/held', (request, response) => {
      request.resume();
      response.writeHead(200, SSE);
      response.write(delta('one <pl:GITHUB_TO'), () => setTimeout(() => response.destroy(), 50));
    });
    const { text, complete } = await rig.daemon.ask({ path: '/held' });
    expect(complete).toBe(false);
    const texts = [...text.matchAll(/"text":"([^"]*)"/g)].map(([, each]) => each);
    expect(texts.join('')).toBe('one <pl:GITHUB_TO');
  });

  test('of a known length: what came of it is given, and no word of a fault of ours', async () => {
    const { text, complete, status } = await rig.daemon.ask({ path: '/hostile/dies-in-length' });
    expect([status, text, complete]).toEqual([200, 'only this', false]);
    expect(rig.daemon.output()).not.toContain('fault');
  });

  test('in the middle of gzip', async () => {
    const bytes = zlib.gzipSync(delta('all of it').repeat(50));
    rig.provider.behave('/half-gzip', (request, response) => {
      request.resume();
      response.writeHead(200, { ...SSE, 'content-encoding': 'gzip' });
      response.end(bytes.subarray(0, bytes.length - 12));
    });
    rig.provider.behave('/bad-gzip', (request, response) => {
      request.resume();
      response.writeHead(200, { ...SSE, 'content-encoding': 'gzip' });
      response.end('this is no gzip');
    });
    const half = await rig.daemon.ask({ path: '/half-gzip' });
    expect([half.status, half.complete]).toEqual([200, false]);
    expect((await rig.daemon.ask({ path: '/bad-gzip' })).complete).toBe(false);
  });

  test('for a client that reads slowly: everything that came is given', async () => {
    rig.provider.behave('/slow', (request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.write('a'.repeat(3_000_000), () => setTimeout(() => request.socket.destroy(), 100));
    });
    const socket = await tlsTunnel(rig.daemon, HOST);
    socket.write(`GET /slow HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
    socket.pause();
    await sleep(700);
    const { text } = await readAll(socket);
    expect(text.length).toBeGreaterThan(3_000_000);
    expect(text.endsWith('\r\n0\r\n\r\n')).toBe(false);
  });
});

describe('codings', () => {
  const rig = useRig();
  test.each([
    ['gzip', zlib.gzipSync],
    ['deflate', zlib.deflateSync],
    ['deflate', zlib.deflateRawSync],
    ['br', zlib.brotliCompressSync],
  ] as const)('%s is decoded and restored', async (coding, encode) => {
    const key = makeSecret('GITHUB_TOKEN', 32);
    whenAsked(rig.provider, '/coded', (response, placeholder) => {
      response.writeHead(200, { ...SSE, 'content-encoding': coding });
      response.end(encode(delta(`is ${placeholder}`)));
    });
    const { text, headers } = await rig.daemon.ask({ path: '/coded', body: { key } });
    expect(text).toBe(delta(`is ${key}`));
    expect(headers['content-encoding']).toBeUndefined();
  });

  test('an empty answer that claims a coding is an empty answer', async () => {
    rig.provider.behave('/empty', (request, response) => {
      request.resume();
      response.writeHead(200, { ...SSE, 'content-encoding': 'gzip' });
      response.end();
    });
    const { text, complete } = await rig.daemon.ask({ path: '/empty' });
    expect([text, complete]).toEqual(['', true]);
  });
});

describe('too much', () => {
  const rig = useRig({ config: { limits: { event: '1MiB' } } });
  const endless = (path: string, head: string, piece: string): void =>
    rig.provider.behave(path, (request, response) => {
      request.resume();
      response.writeHead(200, SSE);
      response.write(head);
      const more = (): void => {
        while (!response.destroyed) {
          if (!response.write(piece)) return void response.once('drain', more);
        }
      };
      more();
    });

  test.each([
    ['an event that does not end', 'data: {"a":"', 'x'.repeat(65_536)],
    ['an event of endless lines', 'data: 1\n', 'data: 2\n'.repeat(8000)],
    ['a comment that does not end', ':', 'x'.repeat(65_536)],
    ['a field without a colon', '', 'x'.repeat(65_536)],
  ])('%s ends the stream with the reason', async (_name, head, piece) => {
    endless('/endless', delta('first') + head, piece);
    const { text, complete } = await rig.daemon.ask({ path: '/endless' });
    expect(text).toContain('first');
    expect(text.slice(-2000)).toContain('event: error');
    expect(text.slice(-2000)).toContain('unscannable-body');
    expect(complete).toBe(true);
  });

  test('headers without an end are no answer', async () => {
    rig.provider.behave('/headers', (request) => {
      const { socket } = request;
      socket.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => socket.write(`X: ${'y'.repeat(4000)}\r\n`), 1);
      socket.once('close', () => clearInterval(timer));
    });
    const answer = await rig.daemon.ask({ path: '/headers' });
    expect([answer.status, answer.headers['x-waterwall']]).toEqual([502, 'upstream-unreachable']);
  });

  test.each(['text/plain', 'application/json', 'text/event-stream'])(
    'a bomb of gzip as %s for a client that does not read keeps the memory flat',
    async (type) => {
      const line = type === 'text/event-stream' ? 'data: {"a":1}\n\n' : '[1,2,3,4,5],';
      const bomb = zlib.gzipSync(line.repeat(40_000_000 / line.length));
      rig.provider.behave('/bomb', (request, response) => {
        request.resume();
        response.writeHead(200, { 'content-type': type, 'content-encoding': 'gzip' });
        for (let i = 0; i < 20; i++) response.write(bomb);
        response.end();
      });
      const before = residentMiB(rig.daemon);
      const socket = await tlsTunnel(rig.daemon, HOST);
      socket.write(`GET /bomb HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
      socket.pause();
      await sleep(1500);
      expect(residentMiB(rig.daemon) - before).toBeLessThan(220);
      socket.destroy();
    },
  );
});

describe('the provider’s connection', () => {
  const rig = useRig();

  test('bytes that nobody asked for are no answer to the next request', async () => {
    const stray = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nstray';
    rig.provider.behave('/double', (request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'text/plain', 'content-length': 5 });
      response.end('first');
      setTimeout(() => request.socket.writable && request.socket.write(stray), 60);
    });
    for (let i = 0; i < 3; i++) {
      expect((await rig.daemon.ask({ path: '/double', body: { i } })).text).toBe('first');
      await sleep(150);
      const next = await rig.daemon.ask({ path: '/after', body: { i } });
      expect(next.text).not.toContain('stray');
      expect(next.status).toBe(200);
    }
  });

  test.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ])('%s with %i ends without a body', async (method, status) => {
    rig.provider.behave('/none', (request, response) => {
      request.resume();
      response.writeHead(status, { 'content-type': 'application/json', etag: 'x' });
      response.end();
    });
    const answer = await rig.daemon.ask({ path: '/none', method });
    expect([answer.status, answer.text, answer.complete, answer.headers.etag]).toEqual([
      status,
      '',
      true,
      'x',
    ]);
  });
});

import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import net from 'node:net';
import { describe, expect, test } from 'vitest';
import { useRig } from '../support/rig.ts';
import { readAll, tlsTunnel, tunnel } from '../support/tunnel.ts';
import { until } from '../support/until.ts';

const HOST = 'api.anthropic.com';

describe('clients without haste', () => {
  const rig = useRig({ config: { limits: { header_timeout: '1s', handshake_timeout: '1s' } } });

  async function connect(): Promise<net.Socket> {
    const socket = net.connect(rig.daemon.port, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  }

  /** Goes on with a byte now and then, for as long as it may. */
  async function trickled(socket: net.Socket, bytes: Buffer): Promise<string> {
    let at = 0;
    const writing = setInterval(() => {
      if (at < bytes.length) socket.write(bytes.subarray(at, ++at));
    }, 100);
    const { end } = await readAll(socket, { timeout: 15_000 });
    clearInterval(writing);
    return end;
  }
  const endlessHeader = Buffer.from(`GET / HTTP/1.1\r\nHost: ${HOST}\r\nX: ${'y'.repeat(500)}`);

  test.each<[string, () => Promise<string>]>([
    ['in CONNECT', async () => trickled(await connect(), endlessHeader)],
    ['before CONNECT', async () => trickled(await connect(), Buffer.alloc(0))],
    [
      'in the handshake',
      async () =>
        trickled(
          await tunnel(rig.daemon.port, `${HOST}:443`),
          Buffer.from([22, 3, 1, 2, 0, 1, 0, 1]),
        ),
    ],
    [
      'before the handshake',
      async () => trickled(await tunnel(rig.daemon.port, `${HOST}:443`), Buffer.alloc(0)),
    ],
    ['in the header', async () => trickled(await tlsTunnel(rig.daemon, HOST), endlessHeader)],
    ['before the header', async () => trickled(await tlsTunnel(rig.daemon, HOST), Buffer.alloc(0))],
  ])('%s are let go', async (_name, slow) => {
    expect(await slow()).not.toBe('open');
  });

  test('in a body are served: an upload may be slow', async () => {
    const socket = await tlsTunnel(rig.daemon, HOST);
    const body = '{"messages":[{"role":"user","content":"slow"}]}';
    socket.write(
      `POST /v1/messages HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    for (const byte of body) {
      socket.write(byte);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    const { text } = await readAll(socket, { enough: (all) => all.includes('\r\n\r\n') });
    expect(text).toMatch(/^HTTP\/1\.1 200 /);
    socket.destroy();
  });

  test('in their ten thousands leave room for others, and are gone in the end', {
    timeout: 60_000,
  }, async () => {
    const descriptors = (): number => readdirSync(`/proc/${rig.daemon.pid}/fd`).length;
    const before = descriptors();
    const crowd = Array.from({ length: 10_000 }, () => {
      const socket = net.connect(rig.daemon.port, '127.0.0.1');
      return socket.on('error', () => {}).resume();
    });
    await until(() => descriptors() > before + 500);
    await until(
      () =>
        rig.daemon.ask({ path: '/beside' }).then(
          ({ status }) => status === 200,
          () => false,
        ),
      { timeout: 20_000 },
    );
    await until(() => descriptors() < before + 50, { timeout: 20_000 });
    for (const socket of crowd) socket.destroy();
  });
});

describe('a request that can be read in two ways', () => {
  const rig = useRig();
  const inner = `GET /smuggled HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`;
  const chunked = `0\r\n\r\n${inner}`;

  test.each([
    [
      'a length and chunks',
      `Content-Length: ${chunked.length}\r\nTransfer-Encoding: chunked`,
      chunked,
    ],
    ['chunks and a length', `Transfer-Encoding: chunked\r\nContent-Length: 4`, chunked],
    ['two lengths', `Content-Length: 0\r\nContent-Length: ${inner.length}`, inner],
    ['a list of lengths', `Content-Length: 0, ${inner.length}`, inner],
    ['a length with a sign', `Content-Length: +${inner.length}`, inner],
    ['chunked that is not last', 'Transfer-Encoding: chunked, identity', chunked],
    ['nearly chunked', 'Transfer-Encoding: xchunked', chunked],
    ['a space before the colon', `Transfer-Encoding : chunked`, chunked],
    ['a folded field', `X: a\r\n Transfer-Encoding: chunked`, inner],
    ['a bare line feed', `X: a\nTransfer-Encoding: chunked`, chunked],
    ['a size that is none', 'Transfer-Encoding: chunked', `0x0\r\n\r\n${inner}`],
    ['a size beyond all numbers', 'Transfer-Encoding: chunked', `fffffffffffffffff\r\n${inner}`],
  ])('%s brings no second request to the provider', async (_name, fields, body) => {
    const socket = await tlsTunnel(rig.daemon, HOST);
    socket.write(`POST /outer HTTP/1.1\r\nHost: ${HOST}\r\n${fields}\r\n\r\n${body}`);
    const { text } = await readAll(socket, { timeout: 700 });
    socket.destroy();
    // Where we see two requests, the provider does too: each is framed anew.
    const answers = text.match(/HTTP\/1\.1 \d+/g) ?? [];
    const arrived = rig.provider.requests.filter(({ url }) => url === '/smuggled').length;
    expect(arrived).toBe(answers.filter((line) => line.endsWith('200')).length > 1 ? 1 : 0);
    for (const { headers } of rig.provider.requests.filter(({ url }) => url === '/outer')) {
      expect(headers['transfer-encoding']).toBeUndefined();
    }
    rig.provider.forget();
  });
});

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import tls from 'node:tls';
import { describe, expect, test } from 'vitest';
import { optimisticTunnel } from '../support/optimistic.ts';
import { useRig } from '../support/rig.ts';
import { readAll, sendRaw, TunnelRefused, tlsTunnel, tunnel } from '../support/tunnel.ts';

// Inputs that ended the process of, or were answered wrongly by, interceptors that we measured.
// After each of them the daemon is alive and serves; the rig asserts that.
const rig = useRig({
  config: { limits: { handshake_timeout: '1s', header_timeout: '2s' } },
  policy: { unlisted_hosts: 'refuse' },
  hosts: { 'openrouter.ai': { upstream: 'https://127.0.0.1:1' } },
});

const HOST = 'api.anthropic.com';
const CLIENT_HELLO = Buffer.from('16030100c8010000c40303', 'hex');
const UPGRADE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

/** CONNECT, and after its answer something that is no handshake. */
async function insteadOfHandshake(bytes: Buffer | string): Promise<string> {
  const socket = await tunnel(rig.daemon.port, `${HOST}:443`);
  socket.write(bytes);
  const { end } = await readAll(socket);
  socket.destroy();
  return end;
}

/** One raw request inside a proper tunnel, and everything that comes back. */
async function inTunnel(request: string, host = HOST) {
  const socket = await tlsTunnel(rig.daemon, host);
  socket.write(request);
  const answer = await readAll(socket, { enough: (text) => /\r\n\r\n/.test(text) });
  socket.destroy();
  return answer;
}

describe('before the handshake', () => {
  test.each([
    ['garbage', 'AAAA\x01\x02 garbage\r\n\r\n'],
    [
      'garbage that begins like a handshake',
      Buffer.concat([Buffer.from([0x16]), randomBytes(500)]),
    ],
    ['nothing', ''],
  ])('%s after CONNECT is cut off', async (_name, bytes) => {
    expect(await insteadOfHandshake(bytes)).not.toBe('open');
  });

  test('random bytes on the port are cut off', async () => {
    expect((await sendRaw(rig.daemon.port, randomBytes(300))).end).not.toBe('open');
  });

  test.each([
    ['an absolute target', 'GET http://127.0.0.1:1/ HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n'],
    ['a Host with an impossible port', 'GET / HTTP/1.1\r\nHost: a:99999\r\n\r\n'],
    ['a target with an impossible port', 'GET http://a:70000/ HTTP/1.1\r\nHost: a\r\n\r\n'],
  ])('%s without CONNECT is answered with what to set', async (_name, request) => {
    const { text } = await sendRaw(rig.daemon.port, request, {
      enough: (all) => all.includes('}'),
    });
    expect(text).toMatch(/^HTTP\/1\.1 405 /);
    expect(text).toContain('HTTPS_PROXY');
  });

  test.each([
    ['without Host', `GET / HTTP/1.1\r\n${UPGRADE}\r\n`],
    ['whose Host has an impossible port', `GET / HTTP/1.1\r\nHost: a:99999\r\n${UPGRADE}\r\n`],
    ['of an ftp address', `GET ftp://a/ HTTP/1.1\r\nHost: a\r\n${UPGRADE}\r\n`],
  ])('an upgrade %s is refused', async (_name, request) => {
    const { text, end } = await sendRaw(rig.daemon.port, request);
    expect(text).toMatch(/^(HTTP\/1\.1 4|$)/);
    expect(end).not.toBe('open');
  });

  test.each(['constructor:443', '__proto__:443', HOST, '[::1]:443', '127.0.0.1:443', `${HOST}:0`])(
    'CONNECT %s is refused',
    async (authority) => {
      await expect(tunnel(rig.daemon.port, authority)).rejects.toBeInstanceOf(TunnelRefused);
    },
  );

  test('CONNECT of a path is refused and writes nothing', async () => {
    const attempt = tunnel(rig.daemon.port, '../../pwned:443');
    await expect(attempt).rejects.toBeInstanceOf(TunnelRefused);
    const places = ['..', '../..', 'etc', 'run', '.'].map((folder) =>
      join(rig.daemon.home, folder),
    );
    for (const place of places) expect(existsSync(join(place, 'pwned.pem'))).toBe(false);
  });
});

describe('in the handshake', () => {
  test('a client that leaves', async () => {
    const socket = await tunnel(rig.daemon.port, `${HOST}:443`);
    socket.write(CLIENT_HELLO.subarray(0, 6));
    socket.resetAndDestroy();
    await once(socket, 'close');
  });

  test('clients that leave while a certificate is needed', async () => {
    const hosts = [HOST, 'api.openai.com', 'api.deepseek.com', 'plain.example', HOST];
    for (const host of hosts) {
      const socket = await tunnel(rig.daemon.port, `${host}:443`);
      socket.write(CLIENT_HELLO);
      socket.resetAndDestroy();
    }
  });

  test('another server name gets nothing', async () => {
    const options = { servername: 'other.example', rejectUnauthorized: false };
    const text = await tlsTunnel(rig.daemon, HOST, options).then(
      async (socket) => {
        socket.write(`GET /echo HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
        return (await readAll(socket, { enough: (all) => all.includes('\r\n\r\n') })).text;
      },
      () => 'refused',
    );
    expect(text).toMatch(/^(refused|HTTP\/1\.1 421 |$)/);
  });

  test('no server name gets the certificate of the host in CONNECT', async () => {
    const options = { servername: '', checkServerIdentity: () => undefined };
    const socket = await tlsTunnel(rig.daemon, HOST, options);
    expect(socket.getPeerCertificate().subjectaltname).toBe(`DNS:${HOST}`);
    socket.destroy();
  });

  test('a ClientHello in the packet of CONNECT is answered', async () => {
    const duplex = optimisticTunnel(rig.daemon.port, `${HOST}:443`);
    const socket = tls.connect({ socket: duplex, servername: HOST, ca: rig.daemon.ca });
    await once(socket, 'secureConnect');
    socket.write(`GET /echo HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect(first.toString('latin1')).toMatch(/^HTTP\/1\.1 200 /);
    socket.destroy();
  });
});

describe('inside the connection', () => {
  test('bytes that are no HTTP', async () => {
    const { text, end } = await inTunnel('\x00\x01NOT HTTP\r\n\r\n');
    expect(text).toMatch(/^(HTTP\/1\.1 400 |$)/);
    expect(text !== '' || end !== 'open').toBe(true);
  });

  test('a header of 100 KB', async () => {
    const header = `X: ${'a'.repeat(100_000)}\r\n`;
    const { text } = await inTunnel(`GET /echo HTTP/1.1\r\nHost: ${HOST}\r\n${header}\r\n`);
    expect(text).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
  });

  test.each([
    ['an impossible port', 'GET / HTTP/1.1\r\nHost: a:99999\r\n\r\n'],
    [
      'another host (it must not choose where the request goes)',
      'GET /echo HTTP/1.1\r\nHost: api.openai.com\r\n\r\n',
    ],
    ['another port', `GET /echo HTTP/1.1\r\nHost: ${HOST}:8443\r\n\r\n`],
  ])('a Host with %s', async (_name, request) => {
    const before = rig.provider.requests.length;
    const { text } = await inTunnel(request);
    expect(text).toMatch(/^HTTP\/1\.1 4(21|00) /);
    expect(rig.provider.requests.length).toBe(before);
  });

  test('a provider that cannot be reached', async () => {
    const answer = await rig.daemon.ask({ host: 'openrouter.ai', body: {} });
    expect([answer.status, answer.headers['x-waterwall']]).toEqual([502, 'upstream-unreachable']);
  });
});

describe('from the provider', () => {
  const hostile = (name: string) => rig.daemon.ask({ path: `/hostile/${name}` });

  test.each([
    'garbage',
    'bad-header-byte',
    'bad-header-name',
    'status-099',
    'unsolicited-101',
    'two-lengths',
    'length-and-chunked',
    'dies-before-answer',
  ])('%s is no answer', async (name) => {
    const answer = await hostile(name);
    expect([answer.status, answer.headers['x-waterwall']]).toEqual([502, 'upstream-unreachable']);
    expect(answer.json()).toMatchObject({
      type: 'error',
      waterwall: { code: 'upstream-unreachable' },
    });
  });

  test.each(['dies-in-stream', 'dies-in-length', 'ends-in-length', 'ends-in-chunks', 'bad-chunk'])(
    '%s is visibly truncated',
    async (name) => {
      const answer = await hostile(name);
      expect(answer.complete && answer.status < 500).toBe(false);
    },
  );

  test('what came before the provider died is delivered', async () => {
    expect((await hostile('dies-in-stream')).text).toContain(
      'event: ping\ndata: {"type":"ping"}\n\n',
    );
  });

  test.each([
    ['trailer-and-length', 200, 'ok'],
    ['trailers', 200, 'ok'],
    ['early-hints', 200, 'ok'],
    ['too-long', 200, 'ok'],
    ['body-on-204', 204, ''],
  ])('%s is answered with %i', async (name, status, text) => {
    const answer = await hostile(name);
    expect([answer.status, answer.text, answer.complete]).toEqual([status, text, true]);
  });
});

import { once } from 'node:events';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCertificates } from '../support/certificates.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { startProvider } from '../support/provider.ts';
import { startRelay } from '../support/relay.ts';
import { readAll } from '../support/tunnel.ts';

/** Each permitted host leads to a provider with a fault of its own. */
const HOSTS = ['api.anthropic.com', 'api.openai.com', 'api.deepseek.com', 'openrouter.ai'] as const;

const servers: net.Server[] = [];
let daemon: Daemon;

async function listen(server: net.Server): Promise<string> {
  servers.push(server);
  server.on('connection', (socket) => socket.on('error', () => {}));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function serve(names: readonly string[]): { server: https.Server; root: string } {
  const { certificate: cert, key, root } = makeCertificates(names);
  const server = https.createServer({ cert, key }, (_request, response) => response.end('reached'));
  return { server, root };
}

afterAll(async () => {
  await daemon.dispose();
  for (const server of servers) server.close();
});

describe('a provider that cannot be trusted', () => {
  let plain: string;
  beforeAll(async () => {
    const other = serve(['other.example']);
    const stranger = serve(['api.openai.com']);
    const { root } = serve(['api.openai.com']);
    plain = await listen(net.createServer((socket) => socket.end('HTTP/1.1 400 Bad\r\n\r\n')));
    const old = tls.createServer({ minVersion: 'TLSv1.2', ciphers: 'AES128-SHA' });
    daemon = await startDaemon({
      files: { 'other.pem': other.root, 'none.pem': root },
      hosts: {
        'api.anthropic.com': { upstream: await listen(other.server), upstream_ca: 'other.pem' },
        'api.openai.com': { upstream: await listen(stranger.server), upstream_ca: 'none.pem' },
        'api.deepseek.com': { upstream: plain },
        'openrouter.ai': { upstream: await listen(old) },
      },
    });
  });

  test.each([
    ['a certificate for another name', HOSTS[0], 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['a certificate under an unknown root', HOSTS[1], /UNABLE_TO|SELF_SIGNED|SIGNATURE/],
    ['no TLS', HOSTS[2], /ERR_SSL/],
    ['no common parameters', HOSTS[3], /ERR_SSL/],
  ] as const)('%s is refused by its reason', async (_name, host, reason) => {
    const answer = await daemon.ask({ host, body: { a: 1 } });
    expect([answer.status, answer.headers['x-waterwall']]).toEqual([502, 'upstream-tls']);
    expect((answer.json()['waterwall'] as { reason: string }).reason).toMatch(reason);
    expect(answer.headers['x-should-retry']).toBe('false');
  });
});

test('names that do not resolve, resets in the handshake, the network by IPv6', async () => {
  await daemon.dispose();
  const reset = await listen(net.createServer((socket) => socket.resetAndDestroy()));
  const provider = await startProvider();
  const six = net.createServer((socket) => {
    const inner = net.connect(provider.port, '127.0.0.1');
    for (const one of [socket, inner]) one.on('error', () => {});
    socket.pipe(inner).pipe(socket);
  });
  servers.push(six);
  six.listen(0, '::1');
  await once(six, 'listening');
  daemon = await startDaemon({
    provider,
    hosts: {
      'api.anthropic.com': { upstream: 'https://nowhere.invalid' },
      'api.openai.com': { upstream: reset },
      'api.deepseek.com': { upstream: `https://[::1]:${(six.address() as AddressInfo).port}` },
    },
  });
  try {
    const unresolved = await daemon.ask({ body: { a: 1 } });
    expect(unresolved.headers['x-waterwall']).toBe('upstream-unreachable');
    expect(unresolved.text).toMatch(/ENOTFOUND|EAI_AGAIN/);
    const broken = await daemon.ask({ host: HOSTS[1], body: { a: 1 } });
    expect(broken.headers['x-waterwall']).toBe('upstream-unreachable');
    expect(broken.text).toContain('ECONNRESET');
    expect((await daemon.ask({ host: HOSTS[2], body: { a: 1 } })).status).toBe(200);
  } finally {
    await provider.close();
  }
});

test('an upstream proxy gets its credentials and an IPv6 target in brackets', async () => {
  await daemon.dispose();
  const heads: string[] = [];
  const proxy = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (bytes) => {
      heads.push(bytes.toString('latin1'));
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    });
  });
  const { port } = new URL(await listen(proxy));
  daemon = await startDaemon({
    config: { upstream_proxy: `http://us%40er:p%3Ass@127.0.0.1:${port}` },
    hosts: { 'api.anthropic.com': { upstream: 'https://[2001:db8::1]:9443' } },
  });
  const answer = await daemon.ask({ body: { a: 1 } });
  expect(answer.headers['x-waterwall']).toBe('upstream-unreachable');
  expect(answer.text).toContain('407');
  expect(answer.text).not.toContain('p:ss');
  expect(heads[0]).toMatch(
    /^CONNECT \[2001:db8::1\]:9443 HTTP\/1\.1\r\nHost: \[2001:db8::1\]:9443\r\n/,
  );
  const [, given = ''] = /Proxy-Authorization: Basic (\S+)/.exec(heads[0] ?? '') ?? [];
  expect(Buffer.from(given, 'base64').toString()).toBe('us@er:p:ss');
});

test('IPv6 all the way: from the agent, to the upstream proxy, which takes the credentials', async () => {
  await daemon.dispose();
  const provider = await startProvider();
  const relay = await startRelay(provider.port);
  const heads: string[] = [];
  const proxy = net.createServer((socket) => {
    const inner = net.connect(relay.port, '127.0.0.1');
    for (const one of [socket, inner]) one.on('error', () => {});
    socket.once('data', (bytes) => heads.push(bytes.toString('latin1')));
    socket.pipe(inner).pipe(socket);
  });
  servers.push(proxy);
  proxy.listen(0, '::1');
  await once(proxy, 'listening');
  const { port } = proxy.address() as AddressInfo;
  daemon = await startDaemon({
    provider,
    address: '[::]',
    config: { listen_anyway: true, upstream_proxy: `http://us%40er:p%3Ass@[::1]:${port}` },
  });
  try {
    const client = net.connect(daemon.port, '::1');
    await once(client, 'connect');
    client.write(`CONNECT ${HOSTS[0]}:443 HTTP/1.1\r\nHost: ${HOSTS[0]}:443\r\n\r\n`);
    await readAll(client, { enough: (text) => text.includes('\r\n\r\n') });
    const secure = tls.connect({ socket: client, servername: HOSTS[0], ca: daemon.ca });
    await once(secure, 'secureConnect');
    secure.write(`GET /hostile/trailers HTTP/1.1\r\nHost: ${HOSTS[0]}\r\n\r\n`);
    const { text } = await readAll(secure, { enough: (all) => all.endsWith('0\r\n\r\n') });
    expect(text).toMatch(/^HTTP\/1\.1 200 /);
    secure.destroy();
    const [, given = ''] = /Proxy-Authorization: Basic (\S+)/.exec(heads[0] ?? '') ?? [];
    expect(Buffer.from(given, 'base64').toString()).toBe('us@er:p:ss');
    // Nothing of it is the provider's.
    expect(provider.received().toString('latin1')).not.toMatch(/proxy-authorization/i);
  } finally {
    await relay.close();
    await provider.close();
  }
});

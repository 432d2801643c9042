import { once } from 'node:events';
import tls from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { type Provider, startProvider } from '../support/provider.ts';
import { type Relay, startRelay } from '../support/relay.ts';
import { expectServing } from '../support/rig.ts';
import { readAll, TunnelRefused, tlsTunnel, tunnel } from '../support/tunnel.ts';
import { until } from '../support/until.ts';

// The daemon reaches the outside through a relay that leads everything to the stand-in: so a tunnel
// to a host of the real world can be tested without the real world.
let provider: Provider;
let relay: Relay;
let daemon: Daemon;

beforeAll(async () => {
  provider = await startProvider();
  relay = await startRelay(provider.port);
  daemon = await startDaemon({
    provider,
    config: { upstream_proxy: `http://127.0.0.1:${relay.port}` },
    files: {
      'known_secrets.yaml': JSON.stringify({ values: [{ type: 'DB_PASSWORD', value: KNOWN }] }),
    },
  });
});

afterAll(async () => {
  await daemon.dispose();
  await relay.close();
  await provider.close();
});

const KNOWN = 'hunter2-pa55w0rd';
const TOKEN = `ghp_${'0aB1'.repeat(9)}`;

test('an unlisted host is piped through unopened, and the log says so', async () => {
  const socket = await tlsTunnel({ port: daemon.port, ca: provider.root }, 'tunnel.example');
  expect(socket.getPeerCertificate().issuer.CN).toBe('Stand-in Provider Root');
  socket.write(`GET /tunnelled HTTP/1.1\r\nHost: tunnel.example\r\nX-Token: ${TOKEN}\r\n\r\n`);
  await readAll(socket, { enough: (text) => text.includes('\r\n\r\n') });
  socket.destroy();
  const seen = await provider.waitFor(({ url }) => url === '/tunnelled');
  expect(seen.headers['x-token']).toBe(TOKEN);
  expect(relay.authorities).toContain('tunnel.example:443');
  const line = await daemon.waitForLine(({ line_type }) => line_type === 'tunnel');
  expect(JSON.stringify(line)).toContain('tunnel.example');
});

test('a host name that holds a secret is looked up nowhere, and shown nowhere', async () => {
  const name = `${KNOWN}.tunnel.example`;
  const refused = await tunnel(daemon.port, `${name}:443`).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(TunnelRefused);
  const { status, answer } = refused as TunnelRefused;
  expect(status).toBe(403);
  expect(answer).toContain('<DB_PASSWORD>.tunnel.example is a host name that holds a secret');
  expect(relay.authorities.join()).not.toContain(KNOWN);
  await until(async () => {
    const state = (await daemon.admin('GET', '/admin/state')).text;
    expect(state).not.toContain(KNOWN);
    return state.includes('<DB_PASSWORD>.tunnel.example');
  });
  expect(JSON.stringify(await daemon.chain())).not.toContain(KNOWN);
  expect(daemon.output()).not.toContain(KNOWN);
});

test('a permitted host is opened on the same way', async () => {
  await expectServing(daemon);
});

test.each(['api.groq.com', 'chatgpt.com', 'generativelanguage.googleapis.com'])(
  'the provider %s, which nobody listed, is not tunnelled',
  async (host) => {
    const refused = await tunnel(daemon.port, `${host}:443`).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(TunnelRefused);
    const { status, answer } = refused as TunnelRefused;
    expect(status).toBe(403);
    expect(answer).toMatch(/x-waterwall: host-not-permitted/i);
    expect(answer).toContain(host);
    expect(answer).toContain('permitted_hosts.yaml');
    expect(relay.authorities).not.toContain(`${host}:443`);
  },
);

test('a tunnel whose handshake names another host is cut off', async () => {
  const socket = await tunnel(daemon.port, 'tunnel.example:443');
  const secure = tls.connect({ socket, servername: 'api.groq.com', rejectUnauthorized: false });
  const outcome = await Promise.race([
    once(secure, 'secureConnect').then(() => 'handshake'),
    once(secure, 'error').then(() => 'cut off'),
  ]).catch(() => 'cut off');
  expect(outcome).toBe('cut off');
});

test('a tunnel that speaks no TLS is cut off', async () => {
  const socket = await tunnel(daemon.port, 'tunnel.example:443');
  socket.write('GET / HTTP/1.1\r\nHost: api.groq.com\r\n\r\n');
  expect((await readAll(socket)).end).not.toBe('open');
});

test('a tunnel in which nothing moves holds up no stop; one that is used goes on to the grace', async () => {
  const own = await startDaemon({
    provider,
    config: { upstream_proxy: `http://127.0.0.1:${relay.port}`, shutdown_grace: '60s' },
  });
  try {
    const address = { port: own.port, ca: provider.root };
    const idle = await tlsTunnel(address, 'tunnel.example');
    const used = await tlsTunnel(address, 'tunnel.example');
    let bytes = 0;
    used.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    provider.behave('/drip', (_request, response) => {
      response.writeHead(200);
      let left = 10;
      const drip = setInterval(() => {
        if (--left > 0) return response.write('x'.repeat(100));
        clearInterval(drip);
        return response.end('end');
      }, 300);
    });
    used.write('GET /drip HTTP/1.1\r\nHost: tunnel.example\r\n\r\n');
    const idleEnded = once(idle, 'close');
    await once(used, 'data');
    const exit = own.stop();
    await idleEnded;
    expect(await exit).toEqual({ code: 0, signal: null });
    expect(bytes).toBeGreaterThan(900);
  } finally {
    await own.dispose();
  }
});

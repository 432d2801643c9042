import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { readAll, TunnelRefused, tunnel } from '../support/tunnel.ts';
import { until } from '../support/until.ts';

// The operator's own proxy stands for the outside: each test says what it does with a connection.
const ESTABLISHED = 'HTTP/1.1 200 OK\r\n\r\n';
const AUTHORITY = 'tunnel.example:443';

type Outside = (socket: net.Socket, connect: string) => void;

let outside: Outside;
let proxy: net.Server;
let daemon: Daemon;
const sockets = new Set<net.Socket>();
const arrived: string[] = [];

beforeAll(async () => {
  proxy = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    socket.once('data', (bytes) => outside(socket, bytes.toString('latin1')));
    socket.on('data', (bytes) => arrived.push(bytes.toString('latin1')));
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { port } = proxy.address() as AddressInfo;
  daemon = await startDaemon({ config: { upstream_proxy: `http://127.0.0.1:${port}` } });
});

afterAll(async () => {
  await daemon.dispose();
  for (const socket of sockets) socket.destroy();
  proxy.close();
});

afterEach(async () => {
  expect(daemon.running(), daemon.output()).toBe(true);
  for (const socket of sockets) socket.destroy();
  arrived.length = 0;
  await until(() => sockets.size === 0);
});

const hello = (host: string): Promise<Buffer> =>
  new Promise((resolve) => {
    const server = net.createServer((socket) => {
      socket.once('data', (bytes) => {
        resolve(bytes);
        socket.destroy();
        server.close();
      });
    });
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      tls.connect({ port, host: '127.0.0.1', servername: host }).on('error', () => {});
    });
  });

/** A connection that the other side has closed answers more bytes with a reset. */
function pokedUntilClosed(client: net.Socket): Promise<void> {
  const writing = setInterval(() => client.write('x'), 20);
  return new Promise((resolve) => {
    client.once('close', () => {
      clearInterval(writing);
      resolve();
    });
  });
}

const engaged = async (): Promise<void> => {
  await daemon.admin('POST', '/admin/killswitch', { action: 'arm', reason: 'a test' });
};
const released = async (): Promise<void> => {
  await daemon.admin('POST', '/admin/killswitch', { action: 'disarm' });
};

test('a far side that resets before the client has said a word', async () => {
  outside = (socket) => {
    socket.write(ESTABLISHED);
    setTimeout(() => socket.resetAndDestroy(), 30);
  };
  const client = await tunnel(daemon.port, AUTHORITY);
  expect((await readAll(client)).end).not.toBe('open');
});

test('a far side that resets in the middle', async () => {
  outside = (socket) => {
    socket.write(ESTABLISHED);
    socket.once('data', () => socket.resetAndDestroy());
  };
  const client = await tunnel(daemon.port, AUTHORITY);
  client.write(await hello('tunnel.example'));
  expect((await readAll(client)).end).not.toBe('open');
});

test.each([
  ['that refuses', 'HTTP/1.1 403 Forbidden\r\n\r\n', '403'],
  ['that wants other credentials', 'HTTP/1.1 407 Authenticate\r\n\r\n', '407'],
  ['that speaks no HTTP', `\x00\x01\x02\r\n\r\n`, 'no status'],
])('a proxy on the way %s is named as the reason', async (_name, answer, reason) => {
  outside = (socket) => void socket.write(answer);
  const refused = await tunnel(daemon.port, AUTHORITY).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(TunnelRefused);
  expect((refused as TunnelRefused).answer).toContain('upstream-unreachable');
  expect((refused as TunnelRefused).answer).toContain(reason);
  await until(() => sockets.size === 0);
});

test('the kill switch while the connection comes up: none comes, and the client is told', async () => {
  const connect = new Promise<net.Socket>((resolve) => {
    outside = resolve;
  });
  const refused = tunnel(daemon.port, AUTHORITY).catch((error: unknown) => error);
  const socket = await connect;
  await engaged();
  try {
    socket.write(ESTABLISHED);
    const error = await refused;
    expect(error).toBeInstanceOf(TunnelRefused);
    expect((error as TunnelRefused).answer).toMatch(/x-waterwall: killswitch-engaged/i);
    await until(() => sockets.size === 0);
  } finally {
    await released();
  }
});

test('the kill switch before the client has spoken: what it says then goes nowhere', async () => {
  outside = (socket) => void socket.write(ESTABLISHED);
  const client = await tunnel(daemon.port, AUTHORITY);
  const bytes = await hello('tunnel.example');
  const file = join(daemon.home, 'run', 'kill');
  writeFileSync(file, '');
  try {
    // Before the look that comes by itself: the gate must look.
    client.write(bytes);
    expect((await readAll(client)).end).not.toBe('open');
    expect(arrived.length).toBe(1);
    await until(() => sockets.size === 0);
  } finally {
    rmSync(file);
    await until(async () =>
      (await daemon.admin('GET', '/healthz')).text.includes('"killswitch_active":false'),
    );
  }
});

test('a client that closes one way still gets what comes', async () => {
  outside = (socket) => {
    socket.write(ESTABLISHED);
    socket.allowHalfOpen = true;
    socket.once('end', () => socket.end('the last of it'));
  };
  const client = await tunnel(daemon.port, AUTHORITY);
  client.end(await hello('tunnel.example'));
  expect(await readAll(client)).toEqual({ text: 'the last of it', end: 'end' });
});

test('a client that never closes is let go once the far side has', async () => {
  outside = (socket) => {
    socket.write(ESTABLISHED);
    socket.once('data', () => socket.end('bye'));
  };
  const client = net.connect({ port: daemon.port, host: '127.0.0.1', allowHalfOpen: true });
  client.on('error', () => {});
  client.write(`CONNECT ${AUTHORITY} HTTP/1.1\r\nHost: ${AUTHORITY}\r\n\r\n`);
  await once(client, 'data');
  client.write(await hello('tunnel.example'));
  await readAll(client, { enough: (text) => text.includes('bye') });
  await pokedUntilClosed(client);
});

test('clients that hold on to refused connections are let go', async () => {
  const refused = ['CONNECT api.groq.com:443 HTTP/1.1\r\n\r\n', '\x00\x01\r\n\r\n'].map((bytes) => {
    const client = net.connect({ port: daemon.port, host: '127.0.0.1', allowHalfOpen: true });
    client.on('error', () => {});
    client.write(bytes);
    client.resume();
    return pokedUntilClosed(client);
  });
  await Promise.all(refused);
}, 10_000);

import dns from 'node:dns';
import http from 'node:http';
import net from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Dial, dialDirectly, dialThrough } from '../../lib/proxy/dial.ts';

const servers: net.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listen(server: net.Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as net.AddressInfo).port;
}

const connect = (dial: Dial, port: number): Promise<net.Socket> =>
  new Promise((resolve, reject) => {
    dial({ host: '127.0.0.1', port }, (error, socket) => {
      if (socket === undefined) reject(error);
      else resolve(socket);
    });
  });

const firstBytes = (socket: net.Socket): Promise<string> =>
  new Promise((resolve) => {
    socket.once('data', (data) => resolve(data.toString()));
    socket.resume();
  });

/** An HTTP proxy that tunnels to wherever it is asked to. */
function createProxy(credentials?: string): http.Server {
  const proxy = http.createServer();
  proxy.on('connect', (request, client) => {
    client.on('error', () => {});
    if (credentials !== undefined && request.headers['proxy-authorization'] !== credentials) {
      return client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    }
    const [host, port] = (request.url ?? '').split(':');
    const upstream = net.connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 OK\r\nx: y\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    return upstream.on('error', () => client.destroy());
  });
  return proxy;
}

describe('dialDirectly', () => {
  it('connects', async () => {
    const port = await listen(net.createServer((socket) => socket.end('hello')));
    const socket = await connect(dialDirectly, port);
    expect(await firstBytes(socket)).toBe('hello');
  });

  it('tells why it could not', async () => {
    const server = net.createServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    await expect(connect(dialDirectly, port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('a name with addresses of both families', () => {
  const SIX = { address: '::1', family: 6 };
  const FOUR = { address: '127.0.0.1', family: 4 };
  afterEach(() => vi.restoreAllMocks());

  it.each([
    ['the first of which nobody listens on', [SIX, FOUR]],
    ['the last of which nobody listens on', [FOUR, SIX]],
    ['of which one leads nowhere', [{ address: '2001:db8::1', family: 6 }, FOUR]],
  ])('%s is reached by another', async (_name, addresses) => {
    const port = await listen(net.createServer((socket) => socket.end('hello')));
    vi.spyOn(dns, 'lookup').mockImplementation(((
      _host: string,
      _options: object,
      done: (error: null, found: object[]) => void,
    ) => done(null, addresses)) as unknown as typeof dns.lookup);
    const socket = await new Promise<net.Socket>((resolve, reject) => {
      dialDirectly({ host: 'both.example', port }, (error, connected) => {
        if (connected === undefined) reject(error);
        else resolve(connected);
      });
    });
    expect(await firstBytes(socket)).toBe('hello');
  });
});

describe('dialThrough', () => {
  it('gets through a proxy with credentials', async () => {
    const target = await listen(net.createServer((socket) => socket.pipe(socket)));
    const basic = `Basic ${Buffer.from('us:er:p@ss').toString('base64')}`;
    const proxy = await listen(createProxy(basic));
    const socket = await connect(dialThrough(`http://us%3Aer:p%40ss@127.0.0.1:${proxy}`), target);
    socket.write('hello');
    expect(await firstBytes(socket)).toBe('hello');
  });

  it('tells what the proxy answered', async () => {
    const proxy = await listen(createProxy('Basic other'));
    await expect(connect(dialThrough(`http://127.0.0.1:${proxy}`), 1)).rejects.toThrow('407');
  });

  it.each([
    ['no HTTP', 'SSH-2.0-x\r\n\r\n', 'no status'],
    ['nothing', '', 'closed the connection'],
    ['no end', 'x'.repeat(20_000), 'no answer'],
    ['more than an answer', 'HTTP/1.1 200 OK\r\n\r\nhello', 'bytes of its own'],
  ])('gives up on a proxy that answers with %s', async (_name, answer, message) => {
    const proxy = await listen(net.createServer((socket) => socket.end(answer)));
    await expect(connect(dialThrough(`http://127.0.0.1:${proxy}`), 1)).rejects.toThrow(message);
  });
});

import net from 'node:net';
import tls from 'node:tls';
import { describe, expect, it } from 'vitest';
import { readClientHello } from '../../lib/proxy/client-hello.ts';

/** A real ClientHello, as Node's OpenSSL writes it. */
async function helloOf(options: tls.ConnectionOptions): Promise<Buffer> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as net.AddressInfo;
  const bytes = await new Promise<Buffer>((resolve) => {
    server.once('connection', (socket) => {
      socket.once('data', (data) => {
        socket.destroy();
        resolve(data);
      });
      socket.on('error', () => {});
    });
    tls.connect({ port, host: '127.0.0.1', ...options }).on('error', () => {});
  });
  server.close();
  return bytes;
}

describe('readClientHello', () => {
  it('finds the server name', async () => {
    const hello = await helloOf({ servername: 'registry.example' });
    expect(readClientHello(hello)).toEqual({ kind: 'hello', serverName: 'registry.example' });
  });

  it('says where there is none', async () => {
    expect(readClientHello(await helloOf({}))).toEqual({ kind: 'hello', serverName: undefined });
  });

  it('waits for the rest at every split', async () => {
    const hello = await helloOf({ servername: 'registry.example' });
    for (let length = 0; length < hello.length; length++) {
      expect(readClientHello(hello.subarray(0, length))).toEqual({ kind: 'incomplete' });
    }
  });

  it('reads one that is spread over records', async () => {
    const hello = await helloOf({ servername: 'registry.example' });
    const message = hello.subarray(5);
    const records = [message.subarray(0, 1), message.subarray(1, 50), message.subarray(50)];
    const framed = records.flatMap((record) => {
      const head = Buffer.from([0x16, 3, 1, 0, 0]);
      head.writeUInt16BE(record.length, 3);
      return [head, record];
    });
    expect(readClientHello(Buffer.concat(framed))).toEqual({
      kind: 'hello',
      serverName: 'registry.example',
    });
  });

  it.each([
    ['other bytes', Buffer.from('GET / HTTP/1.1\r\n')],
    ['another handshake message', Buffer.from([0x16, 3, 1, 0, 4, 2, 0, 0, 0])],
    ['lengths that point past the end', Buffer.from([0x16, 3, 1, 0, 6, 1, 0, 0, 2, 3, 3])],
    ['an endless one', Buffer.from([0x16, 3, 1, 0, 5, 1, 0xff, 0xff, 0xff, 0])],
  ])('refuses %s', (_name, bytes) => {
    expect(readClientHello(bytes)).toEqual({ kind: 'not-tls' });
  });

  it('never throws on damaged bytes', async () => {
    const hello = await helloOf({ servername: 'registry.example' });
    for (let at = 5; at < hello.length; at++) {
      const damaged = Buffer.from(hello);
      damaged[at] = 0xff;
      expect(() => readClientHello(damaged)).not.toThrow();
    }
  });
});

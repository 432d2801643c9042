import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { useRig } from '../support/rig.ts';
import { readAll, tlsTunnel } from '../support/tunnel.ts';

// A connection that is closed over unread bytes is reset, and the reset overtakes the refusal.
const rig = useRig({ config: { limits: { body: '200kB' } } });
const HOST = 'api.anthropic.com';
const LENGTH = 8_000_000;

describe.each([
  ['that closes its connection', 'HTTP/1.1', 'Connection: close\r\n'],
  ['of HTTP/1.0', 'HTTP/1.0', ''],
  ['that keeps its connection', 'HTTP/1.1', ''],
])('a client %s', (_name, version, fields) => {
  const head = `POST /early HTTP/1.1\r\nHost: ${HOST}\r\n${fields}Content-Type: application/json\r\nContent-Length: ${LENGTH}\r\n\r\n`;

  test('is told why before it has sent all, and may send the rest', async () => {
    const socket = await tlsTunnel(rig.daemon, HOST);
    socket.write(head.replace('HTTP/1.1', version));
    // The size is refused by the head alone; this client reads only when all of its body has left.
    for (let sent = 0; sent < LENGTH; sent += 1_000_000) {
      await sleep(20);
      expect(socket.destroyed).toBe(false);
      socket.write(Buffer.alloc(1_000_000, 0x61));
    }
    const refusal = /\r\nx-waterwall: body-too-large\r\n[\s\S]*"fix":"[^"]+"}}$/;
    const { text } = await readAll(socket, { enough: (answer) => refusal.test(answer) });
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    expect(text).toMatch(refusal);
    socket.destroy();
  });
});

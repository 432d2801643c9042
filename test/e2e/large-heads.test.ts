import { expect, test } from 'vitest';
import { useRig } from '../support/rig.ts';
import { readAll, tlsTunnel } from '../support/tunnel.ts';

// Node's own limits are 16 KiB a head and 1,000 fields; what is above the second it drops in silence.
const rig = useRig();
const HOST = 'api.anthropic.com';
const MANY = 1_500;

async function exchange(path: string, fields = ''): Promise<string> {
  const socket = await tlsTunnel(rig.daemon, HOST);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${HOST}\r\n${fields}Connection: close\r\n\r\n`);
  const { text } = await readAll(socket);
  socket.destroy();
  return text;
}

/** Lets the provider answer with a head of these lines. */
function answerWith(path: string, lines: string): void {
  rig.provider.behave(path, ({ socket }) => {
    socket.end(`HTTP/1.1 200 OK\r\n${lines}Content-Length: 2\r\nX-Last: 1\r\n\r\n{}`);
  });
}

test('a field of 40 KB of the answer reaches the client', async () => {
  const value = 'v'.repeat(40_000);
  answerWith('/long-field', `X-Long: ${value}\r\n`);
  const answer = await exchange('/long-field');
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(answer).toContain(`X-Long: ${value}\r\n`);
});

test('all fields of an answer of many reach the client', async () => {
  answerWith('/many-fields', 'X-Many: 1\r\n'.repeat(MANY));
  const answer = await exchange('/many-fields');
  expect(answer.split('X-Many: 1\r\n').length - 1).toBe(MANY);
  expect(answer).toContain('X-Last: 1\r\n');
});

test('all fields of a request of many reach the provider', async () => {
  rig.provider.forget();
  await exchange('/echo', `${'X-M: 1\r\n'.repeat(MANY)}X-Last: 1\r\n`);
  const sent = rig.provider.received().toString('latin1');
  expect(sent.split('X-M: 1\r\n').length - 1).toBe(MANY);
  expect(sent).toContain('X-Last: 1\r\n');
});

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Homes } from '../../lib/config/types.ts';
import { askGate } from '../../lib/ops/health-gate.ts';
import { waterwall } from '../cli/transcript.ts';

let root: string;
let homes: Homes;
let server: Server | undefined;
const sockets = new Set<Socket>();

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ww-gate-'));
  const at = (name: string): string => join(root, name);
  homes = { config: at('etc'), log: at('log'), run: at('run'), chosenBy: 'WATERWALL_HOME' };
  mkdirSync(homes.run);
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => (server === undefined ? resolve(0) : server.close(resolve)));
  server = undefined;
  rmSync(root, { recursive: true, force: true });
});

/** Something that listens where the daemon would. */
async function listen(onSocket: (socket: Socket) => void): Promise<void> {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server?.listen(join(homes.run, 'admin.sock'), resolve));
}

describe('the gate is closed', () => {
  test('where nobody listens', async () => {
    expect(await askGate(homes, 100)).toMatchObject({ open: false, code: 'not-running' });
  });

  test('where somebody listens and never answers: in time', async () => {
    await listen(() => {});
    const began = performance.now();
    expect(await askGate(homes, 100)).toMatchObject({ open: false, code: 'not-running' });
    expect(performance.now() - began).toBeLessThan(1000);
  });

  test('where the answer never ends', async () => {
    await listen((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{'));
    expect(await askGate(homes, 100)).toMatchObject({ open: false, code: 'not-running' });
  });

  test('where the answer is no HTTP, or no JSON', async () => {
    await listen((socket) => socket.end('hello\r\n\r\n'));
    expect(await askGate(homes, 500)).toMatchObject({ open: false });
  });
});

test('pre-launch-hook does not wait for a daemon that hangs, and always says the same', async () => {
  await listen(() => {});
  const answers = [1, 2].map(() => waterwall(['pre-launch-hook'], { home: root }));
  const [first, second] = await Promise.all(answers);
  expect(first).toMatchObject({ code: 1, stderr: '' });
  expect(JSON.parse(first?.stdout ?? '').systemMessage).toContain('did not answer in time');
  expect(second).toEqual(first);
});

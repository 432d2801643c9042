import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCommands } from '../../../tui/feed/commands.ts';
import { followDaemon } from '../../../tui/feed/daemon.ts';
import type { Message } from '../../../tui/model/message.ts';
import { HANGS } from '../../../tui/model/model.ts';
import { until } from '../../support/until.ts';
import { busyState } from '../fixture.ts';

const PACE = { firstRetry: 10, lastRetry: 40, silence: 300, poll: 10 };

let run: string;
let server: Server | undefined;
let stop: AbortController;
let told: Message[];

beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), 'ww-feed-'));
  stop = new AbortController();
  told = [];
});

afterEach(() => {
  stop.abort();
  server?.closeAllConnections();
  server?.close();
  rmSync(run, { recursive: true, force: true });
});

/** Somebody who answers in the daemon's place. */
function answering(listener: RequestListener, socket = 'admin.sock'): Promise<void> {
  server = createServer(listener);
  return new Promise((resolve) => server?.listen(join(run, socket), resolve));
}

const follow = (readOnly = false): Promise<void> =>
  followDaemon({
    homes: { run },
    readOnly,
    tell: (message) => told.push(message),
    signal: stop.signal,
    pace: PACE,
  });

const types = (): string[] => told.map(({ type }) => type);
const STREAM = { 'content-type': 'text/event-stream' };
const event = (name: string, data: unknown): string =>
  `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

test('where nobody is there, it says so, and finds whoever comes', async () => {
  const following = follow();
  await until(() => types().filter((type) => type === 'offline').length >= 2);
  expect(told[0]).not.toHaveProperty('fix');
  await answering((_request, response) => {
    response.writeHead(200, STREAM);
    response.write(event('state', busyState()));
  });
  await until(() => types().includes('state'));
  stop.abort();
  await following;
});

test('tells of state, changes, activities and life, fit for a terminal', async () => {
  await answering((_request, response) => {
    response.writeHead(200, STREAM);
    response.write(event('state', busyState()));
    response.write(': alive\n\n');
    response.write(event('change', { uptime_seconds: 1 }));
    response.write(event('activity', { seq: 9, kind: 'notice', text: 'a\u001b[2Jb' }));
  });
  void follow();
  await until(() => types().includes('activity'));
  expect(types()).toEqual(expect.arrayContaining(['alive', 'state', 'change', 'activity']));
  expect(told.find(({ type }) => type === 'activity')).toMatchObject({
    activity: { text: 'a\u00b7[2Jb' },
  });
});

test('asks every second where events are not to be had', async () => {
  let polls = 0;
  await answering(({ url }, response) => {
    if (url === '/admin/events') {
      response.writeHead(503, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({ error: { code: 'too-many', message: '16 clients follow already' } }),
      );
      return;
    }
    polls++;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(busyState()));
  });
  void follow();
  await until(() => polls >= 3);
  expect(told).toEqual(
    expect.arrayContaining([expect.objectContaining({ type: 'state', by: 'polling' })]),
  );
});

test('a stream that falls silent, or is cut, is offline', async () => {
  await answering((_request, response) => {
    response.writeHead(200, STREAM);
    response.write(event('state', busyState()));
  });
  void follow();
  await until(() => types().includes('offline'));
  expect(types().indexOf('state')).toBeLessThan(types().indexOf('offline'));
  expect(told.find(({ type }) => type === 'offline')).toMatchObject({ fix: HANGS });
});

test('what is asked is answered by the daemon’s word alone', async () => {
  const asked: string[] = [];
  await answering((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.url === '/admin/verify-install') {
      response.writeHead(200, STREAM);
      response.write(event('progress', { step: 'ca_file', done: 1, total: 10 }));
      return response.end(event('result', { v: 1, mode: 'runtime', ok: true, checks: [] }));
    }
    if (request.url === '/admin/export-evidence') return response.destroy();
    response.writeHead(503, { 'content-type': 'application/json' });
    return response.end(
      JSON.stringify({ error: { code: 'audit-unavailable', message: 'no\u0007', fix: 'space' } }),
    );
  });
  const commands = createCommands({ run }, false, (message) => told.push(message));
  commands.run({ kind: 'killswitch', action: 'arm', reason: 'r' });
  commands.run({ kind: 'verify' });
  commands.run({ kind: 'export', body: { out: '/tmp/x' } });
  await until(() => ['switched', 'verified', 'exported'].every((type) => types().includes(type)));
  commands.close();
  expect(told.find(({ type }) => type === 'switched')).toMatchObject({
    answer: { ok: false, error: { code: 'audit-unavailable', message: 'no\u00b7', fix: 'space' } },
  });
  expect(types().indexOf('verify-progress')).toBeLessThan(types().indexOf('verified'));
  expect(told.find(({ type }) => type === 'exported')).toMatchObject({ answer: { ok: false } });
  expect(asked).toHaveLength(3);
});

test('a bundle is fetched and written here: the daemon may have another user', async () => {
  const asked: unknown[] = [];
  await answering(async (request, response) => {
    if (request.method === 'GET') {
      asked.push(request.url);
      return response.end('the bundle');
    }
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    asked.push(JSON.parse(Buffer.concat(parts).toString('utf8')));
    response.writeHead(200, STREAM);
    response.write(event('progress', { step: 'receipts', done: 1, total: 10 }));
    return response.end(event('result', { out: 'there', lines: 7, bundle: 'b1' }));
  });
  const out = join(run, 'bundle.tar.gz');
  const commands = createCommands({ run }, false, (message) => told.push(message));
  commands.run({ kind: 'export', body: { out, since: '2026-11-25' } });
  await until(() => types().includes('exported'));
  expect(asked).toEqual([
    { out, since: '2026-11-25', hand_over: true },
    '/admin/evidence-bundle?id=b1',
  ]);
  expect(told.find(({ type }) => type === 'exported')).toMatchObject({
    answer: { ok: true, body: { lines: 7 } },
  });
  expect(types()).toContain('export-progress');
  expect(readFileSync(out, 'utf8')).toBe('the bundle');
});

test('read-only asks at the socket behind which nothing can be changed', async () => {
  await answering((_request, response) => {
    response.writeHead(200, STREAM);
    response.write(event('state', busyState()));
  }, 'admin-ro.sock');
  void follow(true);
  await until(() => types().includes('state'));
});

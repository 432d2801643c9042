import { execFile } from 'node:child_process';
import { existsSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { adminRequest } from '../../lib/control/admin-client.ts';
import type { AdminRoutes } from '../../lib/control/admin-protocol.ts';
import { type AdminFacts, adminRoutes } from '../../lib/control/admin-routes.ts';
import { ADMIN_LIMITS, startAdminServer } from '../../lib/control/admin-server.ts';
import type { Health } from '../../lib/control/health.ts';
import { readOnlyRoutes } from '../../lib/control/read-only-routes.ts';
import { WaterwallError } from '../../lib/errors.ts';
import { makeHome, startSwitch, type TestHome } from './home.ts';

const run = promisify(execFile);

function facts(home: TestHome, more: Partial<AdminFacts> = {}): AdminFacts {
  return {
    killSwitch: startSwitch(home).killSwitch,
    health: () => ({ v: 1, status: 'ok' }) as Health,
    state: () => ({ v: 1, hello: 'state' }),
    verifyInstall: async () => ({}),
    reload: async () => {
      throw new Error('not asked');
    },
    rotate: async () => 41,
    exportEvidence: async () => ({}),
    spool: { take: () => undefined, remove: async () => {} },
    events: { open: () => ({ status: 200, body: 'not asked' }) },
    metrics: { render: async () => ({ status: 200, text: 'up 1\n', contentType: 'text/plain' }) },
    ...more,
  };
}

async function serve(home: TestHome, more: Partial<AdminFacts> = {}, limits = ADMIN_LIMITS) {
  const faults: unknown[] = [];
  const server = await startAdminServer({
    socketPath: home.socket,
    routes: adminRoutes(facts(home, more)),
    limits,
    onFault: (error) => faults.push(error),
  });
  onTestFinished(() => server.close());
  return { server, faults };
}

/** Sends bytes as they are and gives everything that comes back until the server closes. */
async function raw(
  home: TestHome,
  bytes: string,
  drive?: (socket: Socket) => void,
): Promise<string> {
  const socket = connect(home.socket);
  onTestFinished(() => {
    socket.destroy();
  });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('error', () => {});
  socket.write(bytes);
  drive?.(socket);
  await new Promise((resolve) => socket.on('close', resolve));
  return Buffer.concat(chunks).toString();
}

function post(path: string, body: string, length = Buffer.byteLength(body)): string {
  return `POST ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${length}\r\n\r\n${body}`;
}

describe('routes', () => {
  it('answers health with 200 or 503', async () => {
    const home = makeHome();
    let status: Health['status'] = 'ok';
    await serve(home, { health: () => ({ status }) as Health });
    expect(await adminRequest(home, 'GET', '/healthz')).toEqual({ status: 200, body: { status } });
    status = 'failed';
    expect(await adminRequest(home, 'GET', '/healthz')).toEqual({ status: 503, body: { status } });
  });

  it('answers state, also with a query', async () => {
    const home = makeHome();
    await serve(home);
    const answer = await adminRequest(home, 'GET', '/admin/state?since=1');
    expect(answer).toEqual({ status: 200, body: { v: 1, hello: 'state' } });
  });

  it('arms and disarms, and names what still holds', async () => {
    const home = makeHome();
    await serve(home);
    const arm = { action: 'arm', reason: 'leak\u001b[2J\nsuspected' };
    const armed = await adminRequest(home, 'POST', '/admin/killswitch', arm);
    expect(armed).toMatchObject({
      status: 200,
      body: {
        active: true,
        sources_active: ['http'],
        sources: [
          { source: 'http', reason: 'leak [2J suspected', clear: 'waterwall killswitch disarm' },
        ],
      },
    });
    writeFileSync(home.sentinel, '');
    const disarmed = await adminRequest(home, 'POST', '/admin/killswitch', { action: 'disarm' });
    expect(disarmed).toMatchObject({
      status: 200,
      body: {
        active: true,
        sources_active: ['sentinel'],
        sources: [{ clear: `rm ${home.sentinel}` }],
      },
    });
  });

  it('says why it could not disarm', async () => {
    const home = makeHome();
    const { killSwitch, audit } = startSwitch(home);
    await serve(home, { killSwitch });
    killSwitch.arm('http', 'x');
    audit.failure = new Error('poisoned');
    const answer = await adminRequest(home, 'POST', '/admin/killswitch', { action: 'disarm' });
    expect(answer).toMatchObject({ status: 503, body: { error: { code: 'audit-unavailable' } } });
  });

  const bad: Readonly<Record<string, unknown>> = {
    'no object': ['arm'],
    'no action': {},
    'another action': { action: 'explode' },
    'a reason that is no string': { action: 'arm', reason: 5 },
    'a reason without end': { action: 'arm', reason: 'x'.repeat(501) },
    'an unknown field': { action: 'arm', why: 'x' },
  };
  for (const [name, body] of Object.entries(bad)) {
    it(`refuses ${name} for the kill switch`, async () => {
      const home = makeHome();
      await serve(home);
      const answer = await adminRequest(home, 'POST', '/admin/killswitch', body);
      expect(answer).toMatchObject({ status: 400, body: { error: { code: 'bad-request' } } });
      expect(startSwitch(home).sources()).toEqual([]);
    });
  }

  it('tells what a reload changed, or why it was refused', async () => {
    const home = makeHome();
    const details = { file: 'patterns.yaml', line: 3, column: 5, key: 'patterns[0].regex' };
    const error = { code: 'config-invalid', message: 'bad', fix: 'mend', details };
    const reload = vi.fn<AdminFacts['reload']>();
    await serve(home, { reload });
    reload.mockResolvedValueOnce({ ok: false, hash: 'h', error });
    const refused = await adminRequest(home, 'POST', '/admin/reload');
    expect(refused).toEqual({ status: 422, body: { error } });
    reload.mockResolvedValueOnce({
      ok: false,
      hash: 'h',
      error: { ...error, code: 'file-exposed' },
    });
    expect((await adminRequest(home, 'POST', '/admin/reload')).status).toBe(409);
  });

  it('rotates the chain, or says why not', async () => {
    const home = makeHome();
    const rotate = vi.fn<AdminFacts['rotate']>();
    await serve(home, { rotate });
    rotate.mockResolvedValueOnce(41);
    expect(await adminRequest(home, 'POST', '/admin/rotate-chain')).toEqual({
      status: 200,
      body: { rotation_seq: 41, next_segment: 42 },
    });
    const poisoned = new WaterwallError('audit-unavailable', 'the disk is full', { fix: 'mend' });
    rotate.mockRejectedValueOnce(poisoned);
    expect(await adminRequest(home, 'POST', '/admin/rotate-chain')).toMatchObject({
      status: 503,
      body: { error: { code: 'audit-unavailable', fix: 'mend' } },
    });
  });

  it('exports evidence where the wish makes sense, and says what was refused', async () => {
    const home = makeHome();
    const exportEvidence = vi.fn<AdminFacts['exportEvidence']>(async () => ({ lines: 3 }));
    await serve(home, { exportEvidence });
    const wish = { out: '/tmp/bundle.tar.gz', since: '2026-01-02' };
    const ask = (body: unknown) => adminRequest(home, 'POST', '/admin/export-evidence', body);
    expect(await ask(wish)).toMatchObject({ status: 200, body: { lines: 3 } });
    expect(exportEvidence.mock.calls[0]?.[0]).toEqual(wish);
    for (const bad of [
      undefined,
      [],
      {},
      { out: 'relative.tar.gz' },
      { out: '/a\0b' },
      { ...wish, since: 5 },
      { ...wish, overwrite: 'yes' },
      { ...wish, until: 'x'.repeat(41) },
      { ...wish, chain: '/etc' },
    ]) {
      expect(await ask(bad)).toMatchObject({
        status: 400,
        body: { error: { code: 'bad-request' } },
      });
    }
    expect(exportEvidence).toHaveBeenCalledTimes(1);
    exportEvidence.mockRejectedValueOnce(new WaterwallError('file-exists', 'there', { fix: 'x' }));
    expect(await ask(wish)).toMatchObject({
      status: 409,
      body: { error: { code: 'file-exists' } },
    });
    exportEvidence.mockRejectedValueOnce(new WaterwallError('usage', 'no time', { fix: 'x' }));
    expect(await ask(wish)).toMatchObject({ status: 400, body: { error: { code: 'usage' } } });
  });

  it('behind the socket that only shows, nothing can be changed', async () => {
    const home = makeHome();
    const rotate = vi.fn<AdminFacts['rotate']>();
    const reload = vi.fn<AdminFacts['reload']>();
    const { killSwitch } = startSwitch(home);
    const routes = readOnlyRoutes(adminRoutes(facts(home, { rotate, reload, killSwitch })));
    const socketPath = join(home.run, 'admin-ro.sock');
    const server = await startAdminServer({ socketPath, routes, onFault: () => {} });
    onTestFinished(() => server.close());
    const readOnly = { readOnly: true };
    for (const [path, methods] of Object.entries(routes)) {
      for (const method of Object.keys(methods) as ('GET' | 'POST')[]) {
        if (method === 'GET') continue;
        const asked = await adminRequest(home, method, path, { action: 'arm' }, readOnly);
        expect(asked).toMatchObject({ status: 403, body: { error: { code: 'read-only' } } });
      }
    }
    expect((await adminRequest(home, 'GET', '/admin/state', undefined, readOnly)).status).toBe(200);
    expect((await adminRequest(home, 'GET', '/admin/reload', undefined, readOnly)).status).toBe(
      405,
    );
    expect((await adminRequest(home, 'GET', '/admin', undefined, readOnly)).status).toBe(404);
    expect([rotate, reload].flatMap(({ mock }) => mock.calls)).toEqual([]);
    expect(killSwitch.check().active).toBe(false);
  });

  it('knows no other path and no other method', async () => {
    const home = makeHome();
    await serve(home);
    for (const path of ['/', '/admin', '/constructor', '/__proto__', '/admin/nothing']) {
      expect((await adminRequest(home, 'GET', path)).status).toBe(404);
    }
    const answer = await raw(home, post('/healthz', '').replace('POST', 'DELETE'));
    expect(answer).toMatch(/^HTTP\/1\.1 405 .*\r\n/);
    expect(answer).toMatch(/\r\nallow: GET\r\n/i);
    expect(answer).toMatch(/\r\ncontent-type: application\/json/i);
    expect((await adminRequest(home, 'GET', '/admin/killswitch')).status).toBe(405);
  });

  it('says so while the daemon is starting', async () => {
    const home = makeHome();
    let routes: AdminRoutes | undefined;
    const options = { socketPath: home.socket, routes: () => routes, onFault: () => {} };
    const server = await startAdminServer(options);
    onTestFinished(() => server.close());
    expect(await adminRequest(home, 'GET', '/healthz')).toMatchObject({
      status: 503,
      body: { error: { code: 'starting' } },
    });
    routes = adminRoutes(facts(home));
    expect((await adminRequest(home, 'GET', '/healthz')).status).toBe(200);
  });

  it('hides what a handler threw', async () => {
    const home = makeHome();
    const { faults } = await serve(home, {
      state: () => {
        throw new Error('internals');
      },
    });
    const answer = await adminRequest(home, 'GET', '/admin/state');
    expect(answer.status).toBe(500);
    expect(JSON.stringify(answer.body)).not.toContain('internals');
    expect(faults).toHaveLength(1);
  });

  it('speaks with curl', async () => {
    const home = makeHome();
    await serve(home);
    const curl = async (...args: string[]) =>
      (await run('curl', ['-sS', '--max-time', '5', '--unix-socket', home.socket, ...args])).stdout;
    expect(JSON.parse(await curl('http://localhost/healthz'))).toMatchObject({ status: 'ok' });
    const body = '{"action":"arm","reason":"by curl"}';
    const armed = await curl('-X', 'POST', '-d', body, 'http://localhost/admin/killswitch');
    expect(JSON.parse(armed)).toMatchObject({ active: true });
  });
});

describe('hostile clients', () => {
  it('refuses bodies that are no JSON', async () => {
    const home = makeHome();
    await serve(home);
    for (const body of ['{', 'arm', '{"action":"arm"}x', '{"action":"\xff"}']) {
      const answer = await raw(
        home,
        Buffer.from(post('/admin/killswitch', body), 'latin1').toString(),
      );
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    }
    expect(await raw(home, post('/admin/killswitch', ''))).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('refuses large bodies, announced or not', async () => {
    const home = makeHome();
    const limits = { ...ADMIN_LIMITS, body: 100 };
    await serve(home, {}, limits);
    expect(await raw(home, post('/admin/killswitch', '', 101))).toMatch(/^HTTP\/1\.1 413 /);
    const chunk = `80\r\n${'x'.repeat(128)}\r\n`;
    const chunked =
      'POST /admin/killswitch HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n';
    expect(await raw(home, chunked + chunk + chunk)).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('refuses large headers and garbage', async () => {
    const home = makeHome();
    await serve(home);
    const large = `GET /healthz HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(9000)}\r\n\r\n`;
    expect(await raw(home, large)).toMatch(/^HTTP\/1\.1 431 /);
    expect(await raw(home, '\u0016\u0003\u0001 hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect(
      await raw(home, 'GET http://evil/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'),
    ).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('cuts slow headers and slow bodies, and serves others meanwhile', async () => {
    const home = makeHome();
    const limits = { ...ADMIN_LIMITS, headerTimeout: 100, requestTimeout: 200 };
    await serve(home, {}, limits);
    const slow = [
      raw(home, 'GET /healthz HTTP/1.1\r\nho'),
      raw(home, post('/admin/killswitch', '{"action"', 100)),
    ];
    expect((await adminRequest(home, 'GET', '/healthz')).status).toBe(200);
    for (const answer of await Promise.all(slow)) expect(answer).toMatch(/^HTTP\/1\.1 408 |^$/);
    expect(startSwitch(home).sources()).toEqual([]);
  });

  it('survives clients that go away in the middle', async () => {
    const home = makeHome();
    const { faults } = await serve(home);
    const gone = raw(home, post('/admin/killswitch', '{"action"', 100), (socket) => {
      setTimeout(() => socket.destroy(), 20);
    });
    await gone;
    await sleep(20);
    expect((await adminRequest(home, 'GET', '/healthz')).status).toBe(200);
    expect(faults).toEqual([]);
  });
});

describe('the socket', () => {
  it('is private, whatever the umask, and gone after close', async () => {
    const home = makeHome();
    const before = process.umask(0);
    onTestFinished(() => {
      process.umask(before);
    });
    const { server } = await serve(home);
    expect(statSync(home.socket).mode & 0o777).toBe(0o600);
    expect(process.umask()).toBe(0);
    await server.close();
    expect(existsSync(home.socket)).toBe(false);
  });

  it('replaces one that a dead process left', async () => {
    const home = makeHome();
    const dead = createServer().listen(`${home.socket}.dead`);
    await new Promise((resolve) => dead.on('listening', resolve));
    renameSync(`${home.socket}.dead`, home.socket);
    await new Promise((resolve) => dead.close(resolve));
    expect(existsSync(home.socket)).toBe(true);
    await serve(home);
    expect((await adminRequest(home, 'GET', '/healthz')).status).toBe(200);
  });

  it('refuses one that answers, and leaves it alone', async () => {
    const home = makeHome();
    await serve(home);
    await expect(serve(home)).rejects.toMatchObject({ code: 'already-running' });
    expect((await adminRequest(home, 'GET', '/healthz')).status).toBe(200);
  });

  it('of two that start at once over a dead one exactly one serves', async () => {
    const home = makeHome();
    const dead = createServer().listen(`${home.socket}.dead`);
    await new Promise((resolve) => dead.on('listening', resolve));
    renameSync(`${home.socket}.dead`, home.socket);
    await new Promise((resolve) => dead.close(resolve));
    // The race is among those who find it, long after it died.
    await sleep(20);
    const ends = await Promise.allSettled([serve(home), serve(home), serve(home)]);
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await adminRequest(home, 'GET', '/healthz')).status).toBe(200);
  });

  it('refuses a file in its place, a missing folder and a path too long', async () => {
    const home = makeHome();
    writeFileSync(home.socket, 'mine');
    await expect(serve(home)).rejects.toMatchObject({ code: 'io-error' });
    await expect(serve({ ...home, socket: `${home.run}/no/admin.sock` })).rejects.toMatchObject({
      code: 'io-error',
    });
    const long = `${home.run}/${'x'.repeat(120)}.sock`;
    await expect(serve({ ...home, socket: long })).rejects.toMatchObject({ code: 'io-error' });
  });
});

describe('the client', () => {
  it('tells a daemon that is not there from one that does not answer', async () => {
    const home = makeHome();
    const ask = () => adminRequest(home, 'GET', '/healthz', undefined, { timeoutMs: 100 });
    await expect(ask()).rejects.toMatchObject({ code: 'not-running' });
    writeFileSync(home.socket, '');
    await expect(ask()).rejects.toMatchObject({ code: 'not-running' });
    renameSync(home.socket, `${home.socket}.file`);
    const mute = createServer((socket) => socket.on('error', () => {})).listen(home.socket);
    onTestFinished(() => {
      mute.close();
    });
    await new Promise((resolve) => mute.on('listening', resolve));
    await expect(ask()).rejects.toMatchObject({
      code: 'io-error',
      message: expect.stringContaining('in time'),
    });
    mute
      .removeAllListeners('connection')
      .on('connection', (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nhello'));
    await expect(ask()).rejects.toMatchObject({ code: 'io-error' });
  });
});

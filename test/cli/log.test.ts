import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startDaemon } from '../support/daemon.ts';
import { copyHome } from '../support/home-template.ts';
import { startProvider } from '../support/provider.ts';
import { until } from '../support/until.ts';
import { LAUNCHER, removeFolder, start, waterwall } from './transcript.ts';

const TOKEN = `ghp_${'0aB1'.repeat(9)}`;

interface LogLine {
  readonly level: string;
  readonly time: string;
  readonly event: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

let home: string;
beforeAll(async () => {
  home = await copyHome();
});
afterAll(() => removeFolder(home));

const settings = (more: object = {}): void =>
  writeFileSync(
    join(home, 'etc', 'config.yaml'),
    JSON.stringify({ listen: '127.0.0.1:0', metrics: { listen: 'off' }, ...more }),
    { mode: 0o600 },
  );

/** Starts `waterwall up` and waits until it says that it serves. */
async function up(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  rmSync(join(home, 'run', 'proxy.pid'), { force: true });
  const child: ChildProcess = start(['up', ...args], { home, env }, ['ignore', 'pipe', 'pipe']);
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  }
  const ended = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const lines = (): LogLine[] =>
    texts.stdout
      .slice(0, texts.stdout.lastIndexOf('\n') + 1)
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as LogLine);
  await until(() => existsSync(join(home, 'run', 'proxy.pid')), { timeout: 15_000 });
  return {
    child,
    texts,
    lines,
    ended,
    of: (event: string) => lines().filter((l) => l.event === event),
  };
}

async function reload(what: string, text: string, child: ChildProcess): Promise<void> {
  writeFileSync(join(home, 'etc', what), text, { mode: 0o600 });
  child.kill('SIGHUP');
}

test.runIf(existsSync('/dev/full'))('a log that has no room does not end the proxy', async () => {
  settings();
  rmSync(join(home, 'run', 'proxy.pid'), { force: true });
  const full = openSync('/dev/full', 'w');
  const child = start(['up', '--log-format', 'text'], { home }, ['ignore', full, 'ignore']);
  closeSync(full);
  onTestFinished(() => void child.kill('SIGKILL'));
  await until(() => existsSync(join(home, 'run', 'proxy.pid')), { timeout: 15_000 });
  await until(async () => (await waterwall(['status'], { home })).code === 0);
  expect(child.exitCode).toBeNull();
  child.kill('SIGTERM');
  await once(child, 'exit');
});

describe('as JSON', () => {
  test('is an object a line from the first to the last, with levels', async () => {
    settings();
    const { child, texts, of, lines, ended } = await up(['--log-format', 'json']);
    await until(() => of('start').length === 1);
    expect(of('start')[0]).toMatchObject({ level: 'info', listen: { host: '127.0.0.1' } });
    // SIGHUP is a reload, for a good file as for a bad one.
    await reload('patterns.yaml', 'disable: [JWT_TOKEN]\n', child);
    await until(() => of('reload').length > 0);
    expect(of('reload')[0]).toMatchObject({ level: 'info', loosened: ['disabled: JWT_TOKEN'] });
    expect(of('alarm')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ alarm: 'policy-loosened', level: 'warn' }),
      ]),
    );
    await reload('patterns.yaml', 'disable: []\nnonsense: 1\n', child);
    await until(() => of('reload').some(({ level }) => level === 'warn'));
    const file = join(home, 'etc', 'patterns.yaml');
    expect(of('reload').find(({ level }) => level === 'warn')).toMatchObject({
      code: 'config-invalid',
      file,
      line: 2,
      column: 1,
      msg: expect.stringContaining(`${file}:2:1`),
    });
    await reload('patterns.yaml', '', child);
    writeFileSync(join(home, 'run', 'kill'), '');
    await until(() => of('killswitch').length > 0);
    expect(of('killswitch')[0]).toMatchObject({ level: 'warn', sources: [{ source: 'sentinel' }] });
    rmSync(join(home, 'run', 'kill'));
    child.kill('SIGTERM');
    await ended;
    expect(lines().at(-1)).toMatchObject({ event: 'stop', level: 'info' });
    for (const line of lines()) {
      expect(line).toMatchObject({ pid: child.pid, msg: expect.any(String) });
      expect(new Date(line.time).toISOString()).toBe(line.time);
    }
    expect(texts.stderr).toBe('');
  });

  test('says what it could not do, with code and what to do', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => {
      squatter.close();
    });
    await once(squatter, 'listening');
    const { port } = squatter.address() as AddressInfo;
    settings({ metrics: { listen: `127.0.0.1:${port}` }, log: { format: 'json' } });
    const { of } = await up([]);
    await until(() => of('fault').length === 1);
    expect(of('fault')[0]).toMatchObject({
      level: 'error',
      code: 'address-in-use',
      fix: expect.stringContaining('metrics.listen'),
    });
  });

  test('writes as much as `log.level` says, also after a reload', async () => {
    settings({ log: { format: 'json', level: 'warn' } });
    const { child, lines, of } = await up(['--log-format', 'json']);
    writeFileSync(join(home, 'run', 'kill'), '');
    await until(() => of('killswitch').length === 1);
    rmSync(join(home, 'run', 'kill'));
    expect(lines().every(({ level }) => level === 'warn')).toBe(true);
    settings({ log: { format: 'json', level: 'info' } });
    child.kill('SIGHUP');
    await until(() => lines().some(({ level }) => level === 'info'));
  });
});

test('a request is a line, and never holds a value', async () => {
  const provider = await startProvider();
  const daemon = await startDaemon({ provider, config: { log: { format: 'json' } } });
  onTestFinished(async () => {
    await daemon.dispose();
    await provider.close();
  });
  const headers = { 'x-claude-code-session-id': 'session-1' };
  const body = { messages: [{ role: 'user', content: `use ${TOKEN}` }] };
  await daemon.ask({ path: `/v1/messages?key=${TOKEN}`, headers, body });
  await daemon.ask({
    path: '/v1/messages',
    body: 'a\u0000b',
    headers: { 'content-type': 'text/plain' },
  });
  const requests = (): LogLine[] =>
    daemon
      .output()
      .split('\n')
      .filter((line) => line.includes('"event":"request"'))
      .map((line) => JSON.parse(line) as LogLine);
  await daemon.ask({ path: `/v1/files/${TOKEN}/content`, headers, body: {} });
  await until(() => requests().length === 3);
  expect(requests().pop()?.['path']).toBe('/v1/files/…/content');
  expect((await daemon.admin('GET', '/admin/state')).text).not.toContain(TOKEN);
  expect(requests().slice(0, 2)).toEqual([
    expect.objectContaining({
      level: 'info',
      host: 'api.anthropic.com',
      method: 'POST',
      path: '/v1/messages',
      status: 200,
      outcome: 'delivered',
      session: 'session-1',
      restored: 1,
    }),
    expect.objectContaining({ level: 'warn', outcome: 'refused', code: 'unscannable-body' }),
  ]);
  expect(Object.values(requests()[0]?.['redactions'] as object)).toEqual([2]);
  expect(daemon.output()).not.toContain(TOKEN);
});

test('as text, notices go to stderr and what is asked for to stdout', async () => {
  settings();
  const { child, texts } = await up([]);
  await until(() => texts.stdout.includes('listens on'));
  await reload('patterns.yaml', 'nonsense: 1\n', child);
  await until(() => texts.stderr.includes('waterwall: reload refused: '));
  expect(texts.stderr).toContain('patterns.yaml:1:1');
  expect(texts.stdout).not.toContain('reload refused');
  await reload('patterns.yaml', '', child);
});

test('up --detach keeps JSON', async () => {
  settings();
  const { stdout } = await waterwall(['up', '--detach', '--json'], { home });
  const { pid, log } = JSON.parse(stdout) as { pid: number; log: string };
  process.kill(pid, 'SIGTERM');
  await until(() => readFileSync(log, 'utf8').includes('"event":"stop"'));
  for (const line of readFileSync(log, 'utf8').trim().split('\n')) {
    expect(JSON.parse(line)).toMatchObject({ pid, event: expect.any(String) });
  }
});

test('a terminal that is closed ends it, a SIGHUP in an open one reloads', async () => {
  settings();
  // script(1) gives it a terminal, which is gone when script is.
  const command = `${process.execPath} ${LAUNCHER} up`;
  const terminal = spawn('script', ['-qfec', command, '/dev/null'], {
    env: { ...process.env, WATERWALL_HOME: home },
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  onTestFinished(() => {
    terminal.kill('SIGKILL');
  });
  let seen = '';
  terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
    seen += text;
  });
  await until(() => seen.includes('listens on'), { timeout: 15_000 });
  const pid = Number(readFileSync(join(home, 'run', 'proxy.pid'), 'utf8'));
  writeFileSync(join(home, 'etc', 'patterns.yaml'), 'nonsense: 1\n', { mode: 0o600 });
  process.kill(pid, 'SIGHUP');
  await until(() => seen.includes('reload refused'));
  writeFileSync(join(home, 'etc', 'patterns.yaml'), '', { mode: 0o600 });
  terminal.kill('SIGKILL');
  await until(() => !existsSync(join(home, 'run', 'proxy.pid')), { timeout: 15_000 });
  const chain = spawnSync('sh', ['-c', `tail -n 1 ${home}/log/chain/*.jsonl`], {
    encoding: 'utf8',
  });
  expect(chain.stdout).toContain('"line_type":"stop"');
});

test('the service manager is told: ready, alive, what is stopped, stopping', async () => {
  settings();
  const stub = join(home, 'systemd-notify');
  const told = join(home, 'told');
  writeFileSync(stub, `#!/bin/sh\necho "$NOTIFY_SOCKET $*" >> ${told}\n`);
  chmodSync(stub, 0o755);
  const { child, ended } = await up(['--log-format', 'json'], {
    PATH: `${home}:${process.env['PATH']}`,
    NOTIFY_SOCKET: '/run/fake.sock',
    WATCHDOG_USEC: '300000',
  });
  const said = (): string => (existsSync(told) ? readFileSync(told, 'utf8') : '');
  await until(() => said().split('/run/fake.sock WATCHDOG=1\n').length > 3);
  expect(said().split('\n')[0]).toBe(`/run/fake.sock READY=1 MAINPID=${child.pid}`);
  writeFileSync(join(home, 'run', 'kill'), '');
  await until(() => said().includes('STATUS=kill switch engaged (sentinel)'));
  rmSync(join(home, 'run', 'kill'));
  await until(() => said().includes('STATUS=kill switch cleared'));
  child.kill('SIGTERM');
  await ended;
  await until(() => said().includes('/run/fake.sock STOPPING=1'));
});

test('a service manager that cannot be told is a fault, not a failure', async () => {
  settings();
  const bin = join(home, 'bin');
  mkdirSync(bin);
  symlinkSync(realpathSync('/usr/bin/flock'), join(bin, 'flock'));
  const { of } = await up(['--log-format', 'json'], {
    PATH: bin,
    NOTIFY_SOCKET: '/run/fake.sock',
  });
  await until(() => of('fault').length > 0);
  expect(of('fault')[0]).toMatchObject({ code: 'ENOENT' });
});

import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Health } from '../../lib/control/health.ts';
import { until } from '../support/until.ts';
import { conforming } from './schema.ts';
import { removeFolder, start, temporaryFolder, waterwall } from './transcript.ts';

let home: string;
let daemon: ChildProcess;
let output = '';

const run = (...args: string[]) => waterwall(args, { home });

function settings(text: string): void {
  writeFileSync(join(home, 'etc', 'config.yaml'), text, { mode: 0o600 });
}

/** What `up` has printed, once it matches. */
async function printed(pattern: RegExp): Promise<RegExpExecArray> {
  for (;;) {
    const match = pattern.exec(output);
    if (match !== null) return match;
    if (daemon.exitCode !== null) throw new Error(`up has ended: ${output}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

beforeAll(async () => {
  home = temporaryFolder();
  await run('init');
  settings('listen: 127.0.0.1:0\nmetrics: { listen: off }\n');
  daemon = start(['up'], { home }, ['ignore', 'pipe', 'pipe']);
  for (const stream of [daemon.stdout, daemon.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  await printed(/listens on/);
});

afterAll(() => {
  daemon.kill('SIGKILL');
  removeFolder(home);
});

describe('while it runs', () => {
  test('up says where it listens and how agents get there', async () => {
    const [, port] = await printed(/listens on http:\/\/127\.0\.0\.1:(\d+)/);
    expect(Number(port)).toBeGreaterThan(0);
    expect(output).toContain('waterwall run -- claude');
    expect(output).not.toContain('\u001b');
  });

  test('status is one line, 0', async () => {
    const { code, stdout, stderr } = await run('status');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^up {2}waterwall \S+, for .+, kill switch off\n$/);
  });

  test('status --json is its health', async () => {
    const { code, stdout } = await run('status', '--json');
    expect(code).toBe(0);
    expect(conforming('cli-status', stdout)).toMatchObject({
      running: true,
      open: true,
      health: { status: 'ok', killswitch_active: false },
    });
  });

  test('status says which change was refused, and stays 0', async () => {
    const refused = async (): Promise<unknown> => {
      const { code, stdout } = await run('status', '--json');
      expect(code).toBe(0);
      return (conforming('cli-status', stdout) as { health: Health }).health.refused_changes;
    };
    const files = ['patterns.yaml', 'permitted_hosts.yaml'].map((name) => join(home, 'etc', name));
    const before = files.map((file) => readFileSync(file));
    expect(await refused()).toEqual([]);
    for (const file of files) writeFileSync(file, 'bad: [', { mode: 0o600 });
    await until(async () => JSON.stringify(await refused()) === '["policy","hosts"]');
    expect((await run('status')).stdout).toContain('a change was refused');
    expect((await run('status', '--tmux')).stdout).toContain('change refused');
    files.forEach((file, at) => {
      writeFileSync(file, before[at] ?? '', { mode: 0o600 });
    });
    await until(async () => JSON.stringify(await refused()) === '[]');
  });

  test('env points where it really listens', async () => {
    const [, port] = await printed(/listens on http:\/\/127\.0\.0\.1:(\d+)/);
    expect(JSON.parse((await run('env', '--json')).stdout)['HTTPS_PROXY']).toBe(
      `http://127.0.0.1:${port}`,
    );
  });

  test('run gives a program its variables and takes its exit status', async () => {
    const script = 'process.stdout.write(process.env.NODE_EXTRA_CA_CERTS); process.exit(7)';
    expect(await run('run', '--', process.execPath, '-e', script)).toEqual({
      code: 7,
      stdout: join(home, 'etc', 'ca.pem'),
      stderr: '',
    });
  });

  test('run without -- leaves the program’s own options to it', async () => {
    const { code, stdout } = await run('run', process.execPath, '--version');
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${process.version}\n` });
  });

  test('run forwards signals, and ends as the program did', async () => {
    const script = 'console.log("ready"); setInterval(() => {}, 1000)';
    const child = start(['run', '--', process.execPath, '-e', script], { home }, [
      'ignore',
      'pipe',
      'pipe',
    ]);
    child.stdout?.once('data', () => child.kill('SIGTERM'));
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(143);
  });

  test('run of a program that is not there: 2', async () => {
    const { code, stderr } = await run('run', '--', 'waterwall-no-such-program');
    expect(code).toBe(2);
    expect(stderr).toContain('no such program');
  });

  test('pre-launch-hook is silent, 0', async () => {
    expect(await run('pre-launch-hook')).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('a second up is refused, a second up --detach is content', async () => {
    const { code, stderr } = await run('up');
    expect(code).toBe(1);
    expect(stderr).toContain('the proxy runs already');
    expect(await run('up', '--detach')).toMatchObject({
      code: 0,
      stdout: 'the proxy runs already\n',
    });
  });

  test('reload tells what changed, and refuses what is bad with its place', async () => {
    expect(await run('reload')).toMatchObject({
      code: 0,
      stdout: 'nothing new: edits are taken over as they are saved\n',
    });
    conforming('cli-reload', (await run('reload', '--json')).stdout);
    const patterns = join(home, 'etc', 'patterns.yaml');
    const before = readFileSync(patterns);
    writeFileSync(patterns, 'disable: [JWT_TOKNE]\n');
    const refused = await run('reload');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('JWT_TOKEN');
    writeFileSync(patterns, before);
    expect((await run('reload')).code).toBe(0);
  });
});

describe('the kill switch', () => {
  test('arm stops, status and run and hook say so, disarm lets go', async () => {
    const armed = await run('killswitch', 'arm', '--reason', 'a test', '--json');
    expect(armed.code).toBe(0);
    expect(conforming('cli-killswitch', armed.stdout)).toMatchObject({
      active: true,
      running: true,
      sources_active: ['http'],
    });

    expect(await run('status')).toMatchObject({ code: 1, stdout: expect.stringContaining('http') });
    const refused = await run('run', '--', 'true');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('killswitch disarm');
    const hook = await run('pre-launch-hook');
    expect(hook.code).toBe(1);
    expect(JSON.parse(hook.stdout).systemMessage).toContain('kill switch');
    expect((await run('killswitch', 'status')).stdout).toContain('a test');

    expect(await run('killswitch', 'disarm')).toMatchObject({
      code: 0,
      stdout: 'kill switch off\n',
    });
    expect((await run('status')).code).toBe(0);
  });

  test('disarm tells what else holds, and how to clear it', async () => {
    const sentinel = join(home, 'run', 'kill');
    writeFileSync(sentinel, '');
    await run('killswitch', 'arm');
    const { code, stdout } = await run('killswitch', 'disarm');
    expect(code).toBe(1);
    expect(stdout).toContain(`clear: rm ${sentinel}`);
    expect(stdout).not.toContain('http');
    rmSync(sentinel);
    expect((await run('killswitch', 'disarm')).code).toBe(0);
  });
});

describe('the end', () => {
  test('SIGTERM: 0, and a chain that holds together', async () => {
    daemon.kill('SIGTERM');
    const code = await new Promise((resolve) => {
      if (daemon.exitCode !== null) resolve(daemon.exitCode);
      daemon.once('exit', resolve);
    });
    expect(code).toBe(0);
    expect(existsSync(join(home, 'run', 'proxy.pid'))).toBe(false);
    expect(await run('verify-chain')).toMatchObject({ code: 0 });
    const chain = readFileSync(join(home, 'log', 'chain', `${'0'.repeat(20)}.jsonl`), 'utf8');
    expect(chain.trimEnd().split('\n').at(-1)).toContain('"line_type":"stop"');
    expect((await run('status')).code).toBe(1);
  });

  test('up --detach returns when it is healthy', async () => {
    const { code, stdout } = await run('up', '--detach', '--json');
    expect(code).toBe(0);
    const { pid, log } = conforming('cli-up', stdout) as { pid: number; log: string };
    try {
      expect(statSync(log).mode & 0o777).toBe(0o600);
      expect((await run('status')).code).toBe(0);
    } finally {
      process.kill(pid, 'SIGTERM');
    }
    while ((await run('status')).code === 0)
      await new Promise((resolve) => setTimeout(resolve, 50));
  });

  test('up --detach that fails says why, 1', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => squatter.once('listening', resolve));
    const { port } = squatter.address() as { port: number };
    settings(`listen: 127.0.0.1:${port}\nmetrics: { listen: off }\n`);
    const { code, stdout, stderr } = await run('up', '--detach');
    squatter.close();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`127.0.0.1:${port}`);
  });
});

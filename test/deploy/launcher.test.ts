import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { command, type Ran, ROOT } from './script.ts';

const LAUNCH = join(ROOT, 'deploy', 'wrappers', 'waterwall-launch');

let daemon: Daemon;
let folder: string;
let environment: NodeJS.ProcessEnv;

/** Puts a program into a folder of PATH. */
function program(place: string, name: string, text: string): string {
  const path = join(folder, place, name);
  mkdirSync(join(folder, place), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

const run = (name: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Ran =>
  command(name, args, { ...environment, ...env });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ww-launch-'));
  program(
    'real',
    'claude',
    'echo "$HTTPS_PROXY $CODEX_CA_CERTIFICATE|$CLAUDE_CODE_CERT_STORE|$*"; cat; exit 7',
  );
  program('real', 'codex', 'echo "$CODEX_CA_CERTIFICATE"');
  program('real', 'other', 'echo "$HTTPS_PROXY"');
  mkdirSync(join(folder, 'wrappers'));
  for (const name of ['claude', 'codex', 'hermes'])
    symlinkSync(LAUNCH, join(folder, 'wrappers', name));
  daemon = await startDaemon();
  const path = [join(folder, 'wrappers'), join(folder, 'real'), process.env['PATH']].join(':');
  environment = { PATH: path, WATERWALL_HOME: daemon.home };
});

afterAll(async () => {
  await daemon.dispose();
  rmSync(folder, { recursive: true, force: true });
});

describe('waterwall-launch', () => {
  test('under an agent’s name starts the agent behind it: arguments, variables, exit status', () => {
    const ran = run('claude', ['-p', 'two words', '']);
    expect(ran).toEqual({
      code: 7,
      stdout: `http://127.0.0.1:${daemon.port} |bundled,system|-p two words \n`,
      stderr: '',
    });
    expect(run('codex').stdout).toBe(`${join(daemon.home, 'etc', 'ca-bundle.pem')}\n`);
  });

  test('under its own name starts any program', () => {
    expect(run(LAUNCH, ['other']).stdout).toBe(`http://127.0.0.1:${daemon.port}\n`);
    expect(run(LAUNCH, [join(folder, 'real', 'claude')]).code).toBe(7);
    expect(run(LAUNCH)).toMatchObject({ code: 2, stdout: '' });
  });

  test('passes by wrappers of another copy, and says where there is no agent behind them', () => {
    program('copy', 'waterwall-launch', 'echo another copy');
    mkdirSync(join(folder, 'before'));
    symlinkSync(join(folder, 'copy', 'waterwall-launch'), join(folder, 'before', 'claude'));
    const PATH = `${join(folder, 'wrappers')}:${join(folder, 'before')}:${environment['PATH']}`;
    expect(run('claude', [], { PATH }).code).toBe(7);
    expect(run('hermes')).toMatchObject({
      code: 127,
      stderr: expect.stringContaining('hermes is not installed'),
    });
  });

  test('the agent takes its place: a signal that is sent to it ends the agent', async () => {
    program('real', 'slow', 'trap "exit 5" TERM; echo $$; while :; do sleep 0.05; done');
    const child = spawn(LAUNCH, ['slow'], {
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [text] = (await once(child.stdout, 'data')) as [Buffer];
    expect(Number(text)).toBe(child.pid);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([5, null]);
  });

  test('starts nothing where the kill switch is engaged, or nothing runs', async () => {
    await daemon.admin('POST', '/admin/killswitch', { action: 'arm', reason: 'test' });
    const stopped = run('claude');
    expect(stopped).toMatchObject({ code: 1, stdout: '' });
    expect(stopped.stderr).toMatch(/^Waterwall: claude is not started: .*kill switch is engaged/);
    await daemon.admin('POST', '/admin/killswitch', { action: 'disarm' });
    expect(run('claude').code).toBe(7);
    const nobody = run('claude', [], { WATERWALL_HOME: join(folder, 'nobody') });
    expect(nobody).toMatchObject({ code: 1, stdout: '' });
    expect(nobody.stderr).toContain('the proxy is not running');
  });
});

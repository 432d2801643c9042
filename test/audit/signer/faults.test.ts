import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { serviceReach } from '../../../lib/audit/signer/reach.ts';
import { verifyChain } from '../../../lib/audit/verify.ts';
import { environment, LAUNCHER } from '../../support/home-template.ts';
import { until } from '../../support/until.ts';
import { hasStrace } from '../child.ts';
import { signedHome, typesOf } from '../signing/rig.ts';

type Home = Awaited<ReturnType<typeof signedHome>>;

/** Starts a signer of its own on a home's keys, as a service does. */
async function startSigner({ folder, signer }: Home, wrapper: readonly string[] = []) {
  const socket = join(folder, 'signer.sock');
  const verb = ['signer', '--state', signer, '--socket', socket];
  const [program = '', ...args] = [...wrapper, process.execPath, LAUNCHER, ...verb];
  const child: ChildProcess = spawn(program, args, {
    // One thread for the file system, and none for V8: strace counts for each thread of its own.
    env: { ...environment(folder), UV_THREADPOOL_SIZE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: what strace runs goes on when strace is killed.
    detached: true,
  });
  let output = '';
  let complaints = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  const exit = once(child, 'exit').then(([code]) => code as number | null);
  onTestFinished(async () => {
    try {
      process.kill(-(child.pid as number), 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    await exit;
  });
  await until(() => complaints.includes('listens on'), { timeout: 20_000 });
  return { socket, exit, child, complaints: () => complaints, output: () => output };
}

function failing(home: Home, call: string, errno: string, when: number): readonly string[] {
  const inject = `inject=${call}:error=${errno}:when=${when}`;
  const state = join(home.signer, 'state');
  const trace = ['-e', `trace=${call}`, '-e', inject];
  return ['strace', '-f', '-qq', '-o', join(home.folder, 'trace'), '-P', state, ...trace];
}

const tunnel = (n: number) => ({ host: 'h.test', port: n });

describe.skipIf(!hasStrace)("system calls of the signer's that fail", () => {
  // The first two of each are those of the opening, which writes both slots.
  test.each([
    ['fdatasync', 'EIO', 4],
    ['fdatasync', 'ENOSPC', 3],
    ['pwrite64', 'ENOSPC', 4],
    ['pwrite64', 'EIO', 3],
  ])('%s with %s: it ends, and the next one goes on from the disk', async (call, errno, when) => {
    const home = await signedHome();
    const first = await startSigner(home, failing(home, call, errno, when));
    const { log } = await home.open({ reach: serviceReach(first.socket) });
    for (let n = 0; n < 500 && log.signing.restarts === 0; n++) {
      await log.append('tunnel', tunnel(n));
      await log.signed(20);
    }
    expect(await first.exit).not.toBe(0);
    expect(first.complaints()).toContain(errno);
    const signed = log.signing.signedSize;
    const second = await startSigner(home);
    expect(second.socket).toBe(first.socket);
    await log.append('tunnel', tunnel(0));
    expect(await log.signed(10_000)).toBe(true);
    expect(log.signing.signedSize).toBeGreaterThan(signed);
    await log.close();
    expect(typesOf(home.folder)).not.toContain('recovered');
    expect(await verifyChain(join(home.folder, 'chain'), home)).toMatchObject({
      verdict: 'clean',
      unsigned_tail: 0,
    });
  });

  test.each(['fdatasync', 'pwrite64'])('%s with EINTR is no failure', async (call) => {
    const home = await signedHome();
    const signer = await startSigner(home, failing(home, call, 'EINTR', 3));
    const { log } = await home.open({ reach: serviceReach(signer.socket) });
    for (let n = 0; n < 10; n++) {
      await log.append('tunnel', tunnel(n));
      expect(await log.signed(10_000)).toBe(true);
    }
    expect(log.signing).toMatchObject({ restarts: 0, mode: 'service', uid: process.getuid?.() });
    await log.close();
  });
});

describe('a signer that is stopped while there is nothing to do', () => {
  test('is found out, and is there again when it goes on', async () => {
    const home = await signedHome();
    const signer = await startSigner(home);
    const { log } = await home.open({ reach: serviceReach(signer.socket) });
    const isIdle = (): boolean =>
      log.lastCheckpoint !== undefined && log.signing.signedSize === log.head.length;
    await expect.poll(isIdle, { timeout: 20_000 }).toBe(true);
    signer.child.kill('SIGSTOP');
    await expect.poll(() => log.signing.state, { timeout: 20_000 }).toBe('silent');
    expect(log.signing.reason).toContain('does not answer');
    expect(log.signing.waitingMs).toBe(0);
    signer.child.kill('SIGCONT');
    await expect.poll(() => log.signing.state, { timeout: 20_000 }).toBe('running');
    await log.append('tunnel', tunnel(0));
    expect(await log.signed(10_000)).toBe(true);
    await log.close();
  }, 60_000);

  test('is replaced where it is a child', async () => {
    const home = await signedHome();
    const { log } = await home.open();
    await log.signed(10_000);
    const { pid } = log.signing;
    process.kill(pid as number, 'SIGSTOP');
    await expect.poll(() => log.signing.restarts, { timeout: 20_000 }).toBeGreaterThan(0);
    await expect.poll(() => log.signing.state, { timeout: 20_000 }).toBe('running');
    expect(log.signing.pid).not.toBe(pid);
    await log.close();
  }, 60_000);
});

describe('a signer of its own', () => {
  test('its socket is for its group; it prints the checkpoints that are kept', async () => {
    const home = await signedHome();
    const signer = await startSigner(home);
    expect(statSync(signer.socket).mode & 0o777).toBe(0o660);
    const { log } = await home.open({ reach: serviceReach(signer.socket) });
    await log.append('tunnel', tunnel(1));
    await log.close();
    const size = log.head.length;
    await until(() => signer.output().includes(`\n${size}\n`));
    expect(signer.output()).toContain(`${home.keys.log.name}\n${size}\n`);
    // Root is everybody: such a signer is not isolated from it.
    expect(serviceReach(signer.socket).isolated()).toBe(false);
  });

  test('a second one of the same log is refused', async () => {
    const home = await signedHome();
    await startSigner(home);
    const verb = ['signer', '--state', home.signer, '--socket', join(home.folder, 'other.sock')];
    const child = spawn(process.execPath, [LAUNCHER, ...verb], { env: environment(home.folder) });
    expect(await once(child, 'exit')).toEqual([1, null]);
  });

  test('without a socket it says what to do', async () => {
    const home = await signedHome();
    const child = spawn(process.execPath, [LAUNCHER, 'signer', '--state', home.signer], {
      env: environment(home.folder),
    });
    let complaints = '';
    child.stderr.on('data', (chunk: Buffer) => {
      complaints += chunk.toString();
    });
    expect(await once(child, 'close')).toEqual([2, null]);
    expect(complaints).toMatch(/needs a socket.*\n.*--socket FILE/);
  });
});

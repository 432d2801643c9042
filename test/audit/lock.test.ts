import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { lockLog } from '../../lib/audit/lock.ts';

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ww-lock-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('a log is locked until it is released', async () => {
  const folder = makeFolder();
  const lock = await lockLog(folder);
  await expect(lockLog(folder)).rejects.toMatchObject({ code: 'already-running' });
  await lock.release();
  await (await lockLog(folder)).release();
});

test('a lock that nobody refers to any more holds until its process ends', async () => {
  const folder = makeFolder();
  const module = new URL('../../dist/lib/audit/lock.js', import.meta.url).href;
  // Collected again and again, by turns of the event loop, as in a daemon that runs for days.
  const script = `
    await (await import(${JSON.stringify(module)})).lockLog(${JSON.stringify(folder)});
    for (let i = 0; i < 20; i++) { gc(); await new Promise((resolve) => setTimeout(resolve, 5)); }
    console.log('collected');
    setInterval(() => {}, 1000);`;
  const args = ['--expose-gc', '--input-type=module', '-e', script];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await once(child.stdout, 'data');
  await expect(lockLog(folder)).rejects.toMatchObject({ code: 'already-running' });
  child.kill('SIGKILL');
  await once(child, 'exit');
  await (await lockLog(folder)).release();
});

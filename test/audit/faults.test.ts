import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createLog } from '../../lib/audit/create.ts';
import { openLog } from '../../lib/audit/log.ts';
import { verifyChain } from '../../lib/audit/verify.ts';
import { hasStrace, outputOf, startChild } from './child.ts';
import { DEPS, linesOf, segmentPath, tempFolder } from './logs.ts';

async function freshFolder(): Promise<string> {
  const folder = tempFolder();
  await createLog(folder);
  return folder;
}

const tornHash = createHash('sha256').update('{"seq":1,"ts"').digest('hex');
const tornName = `torn/00000000000000000001-${tornHash.slice(0, 16)}`;

describe.skipIf(!hasStrace)('system calls that fail', () => {
  const faults = [
    ['fdatasync', 'EIO'],
    ['fdatasync', 'ENOSPC'],
    ['write', 'EIO'],
    ['write', 'ENOSPC'],
  ] as const;
  test.each(faults)('%s with %s: nothing is acknowledged any more', async (call, errno) => {
    const folder = await freshFolder();
    // Only the fifth call fails: that later ones would succeed must not matter.
    const inject = `inject=${call}:error=${errno}:when=5`;
    const strace = ['strace', '-f', '-qq', '-o', join(folder, 'trace')];
    strace.push('-P', segmentPath(folder), '-e', `trace=${call}`, '-e', inject);
    const [report] = await outputOf(startChild('append.mjs', [folder, 'one-by-one', '20'], strace));
    expect(report).toEqual({
      acknowledged: 4,
      code: 'audit-unavailable',
      cause: errno,
      codes: ['audit-unavailable', 'audit-unavailable'],
      poisoned: ['audit-unavailable'],
    });
    expect(readFileSync(join(folder, 'trace'), 'utf8').match(/\(INJECTED\)/g)).toHaveLength(1);
    const log = await openLog(folder, DEPS);
    expect(log.head.length).toBeGreaterThanOrEqual(4);
    await log.close();
    expect(await verifyChain(join(folder, 'chain'))).toMatchObject({ verdict: 'incomplete' });
  });

  test.each(['write', 'fdatasync'])('%s with EINTR is no failure', async (call) => {
    const folder = await freshFolder();
    const inject = `inject=${call}:error=EINTR:when=5`;
    const strace = ['strace', '-f', '-qq', '-o', join(folder, 'trace')];
    strace.push('-P', segmentPath(folder), '-e', `trace=${call}`, '-e', inject);
    expect(await outputOf(startChild('append.mjs', [folder, 'one-by-one', '20'], strace))).toEqual(
      [],
    );
    expect(linesOf(folder).flat()).toHaveLength(21);
    expect(readFileSync(join(folder, 'trace'), 'utf8')).toContain('(INJECTED)');
  });

  // Every call with which moving a torn line aside changes something, in turn.
  const crashes = ['rename', 'ftruncate', 'pwrite64', 'write', 'fdatasync'].map((call) => [
    call,
    1,
  ]);
  for (let sync = 1; sync <= 7; sync++) crashes.push(['fsync', sync]);
  test.each(crashes)('a crash at %s number %i of a recovery loses nothing', async (call, when) => {
    const folder = await freshFolder();
    const log = await openLog(folder, DEPS);
    await log.close();
    appendFileSync(segmentPath(folder), '{"seq":1,"ts"');
    const strace = ['strace', '-f', '-qq', '-o', join(folder, 'trace'), '-P', folder];
    for (const inner of ['chain', 'torn']) strace.push('-P', join(folder, inner));
    strace.push(
      '-P',
      segmentPath(folder),
      '-P',
      join(folder, tornName),
      '-P',
      `${join(folder, tornName)}.new`,
    );
    strace.push('-e', `trace=${call}`, '-e', `inject=${call}:signal=KILL:when=${when}`);
    const child = startChild('append.mjs', [folder, 'at-once', '0'], strace);
    await outputOf(child);
    expect(child.signalCode).toBe('SIGKILL');
    await (await openLog(folder, DEPS)).close();
    const lines = linesOf(folder)
      .flat()
      .map((line) => JSON.parse(line) as object);
    const recovered = lines.filter((line) => 'sha256' in line);
    expect(recovered).toMatchObject([
      { seq: 1, line_type: 'recovered', bytes: 13, file: tornName },
    ]);
    expect(readFileSync(join(folder, tornName), 'utf8')).toBe('{"seq":1,"ts"');
    expect(await verifyChain(join(folder, 'chain'))).toMatchObject({
      verdict: 'incomplete',
      torn: 0,
    });
  });

  test('what a killed process left in the cache is written again before the log goes on', async () => {
    const folder = await freshFolder();
    const child = startChild('append.mjs', [folder, 'forever']);
    const ended = outputOf(child);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill('SIGKILL');
    await ended;
    const size = statSync(segmentPath(folder)).size;
    const trace = join(folder, 'trace');
    const strace = ['strace', '-f', '-qq', '-o', trace, '-P', segmentPath(folder)];
    strace.push('-e', 'trace=pwrite64,write,fsync,fdatasync');
    await outputOf(startChild('append.mjs', [folder, 'at-once', '1'], strace));
    const calls = readFileSync(trace, 'utf8').match(/pwrite64|write(?=\()|fsync|fdatasync/g);
    expect(size).toBeGreaterThan(0);
    expect(calls?.slice(0, 4)).toEqual(['pwrite64', 'fsync', 'write', 'fdatasync']);
  });

  test('a thousand lines at once take a few syncs', async () => {
    const folder = await freshFolder();
    const trace = join(folder, 'trace');
    const strace = ['strace', '-f', '-qq', '-o', trace, '-e', 'trace=fdatasync'];
    await outputOf(startChild('append.mjs', [folder, 'at-once', '1000'], strace));
    const syncs = readFileSync(trace, 'utf8').match(/fdatasync\(\d+\) *= 0|resumed>.*= 0/g);
    expect(syncs).toHaveLength(2);
    expect(await verifyChain(join(folder, 'chain'))).toMatchObject({ lines: 1001 });
  });
});

test('no acknowledged line is missing after kill -9, twenty times on one log', async () => {
  const folder = await freshFolder();
  for (let round = 0; round < 20; round++) {
    const child = startChild('append.mjs', [folder, 'forever']);
    const ended = outputOf(child);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    setTimeout(() => child.kill('SIGKILL'), (round * 7) % 40);
    const acknowledged = (await ended) as readonly number[];
    const log = await openLog(folder, DEPS);
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(log.head.length).toBeGreaterThan(Math.max(...acknowledged));
    await log.close();
  }
  expect(await verifyChain(join(folder, 'chain'))).toMatchObject({
    verdict: 'incomplete',
    torn: 0,
  });
});

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLog } from '../../lib/audit/log.ts';
import type { AuditLog } from '../../lib/audit/types.ts';
import { readUnended } from '../../lib/audit/unended.ts';
import { DEPS, newLog, segmentPath } from './logs.ts';

async function read(folder: string, length: number): Promise<readonly string[]> {
  const found: string[] = [];
  await readUnended(join(folder, 'chain'), length, ({ seq, type }) => {
    found.push(`${seq} ${type}`);
  });
  return found;
}

const refuse = (log: AuditLog, code = 'x'): Promise<number> =>
  log.append('refusal', { host: 'h', code });

test('only what may be open is read back, in order, over segments, and not what came later', async () => {
  const { folder, log } = await newLog();
  await refuse(log);
  await log.close(() => ({ open_sessions: 0 }));
  const again = await openLog(folder, DEPS);
  await refuse(again);
  await again.append('tunnel', { host: 'h', port: 443 });
  await again.rotate();
  await again.append('manifest', { first: 2, last: 2 });
  await refuse(again);
  const { length } = again.head;
  await refuse(again);
  expect(await read(folder, length)).toEqual(['2 refusal', '5 manifest', '6 refusal']);
  await again.close(() => ({ open_sessions: 1 }));
});

test('a stop that left sessions open, or was not of the daemon, is passed over', async () => {
  const { folder, log } = await newLog();
  await refuse(log);
  await log.close(() => ({ open_sessions: 1 }));
  const other = await openLog(folder, DEPS);
  await other.close();
  expect(await read(folder, 3)).toEqual(['0 refusal']);
  const clean = await openLog(folder, DEPS);
  await clean.close(() => ({ open_sessions: 0 }));
  expect(await read(folder, 4)).toEqual([]);
});

test('the stop is found wherever it lies between the blocks that are read', async () => {
  const block = 256 * 1024;
  for (let cut = 0; cut <= 22; cut++) {
    const { folder, log } = await newLog();
    await refuse(log);
    await log.close(() => ({ open_sessions: 0 }));
    const size = (): number => statSync(segmentPath(folder)).size;
    const stopped = size();
    const again = await openLog(folder, DEPS);
    await refuse(again, '');
    const empty = size() - stopped;
    for (let at = 0; at < 4; at++) await refuse(again, 'y'.repeat(52_000));
    await refuse(again, 'y'.repeat(block - cut - (size() - stopped) - empty));
    expect(size() - stopped).toBe(block - cut);
    expect(await read(folder, 8)).toHaveLength(6);
    await again.close();
  }
});

test('no text of a line counts as a stop, and a line that is none is a fault', async () => {
  const { folder, log } = await newLog();
  await refuse(log, '","open_sessions":0}\n');
  await log.append('refusal', { host: 'h', code: 'x"open_sessions":0}' });
  expect(await read(folder, 2)).toHaveLength(2);
  await log.close();
});

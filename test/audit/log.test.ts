import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createLog } from '../../lib/audit/create.ts';
import { openLog } from '../../lib/audit/log.ts';
import { verifyChain } from '../../lib/audit/verify.ts';
import { outputOf, startChild } from './child.ts';
import { DEPS, linesOf, newLog, tempFolder } from './logs.ts';

describe('creating', () => {
  test('makes one empty segment that only its owner can read', async () => {
    const folder = join(tempFolder(), 'log');
    await createLog(folder);
    expect(readdirSync(folder)).toEqual(['chain']);
    expect(linesOf(folder)).toEqual([[]]);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'chain')).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'chain', '00000000000000000000.jsonl')).mode & 0o777).toBe(0o600);
  });

  test('never twice, and only one of two at once', async () => {
    const folder = tempFolder();
    const both = await Promise.allSettled([createLog(folder), createLog(folder)]);
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(createLog(folder)).rejects.toMatchObject({ code: 'usage' });
    expect(readdirSync(folder)).toEqual(['chain']);
  });

  test('not where a chain has been', async () => {
    const { folder, log } = await newLog();
    await log.close();
    rmSync(join(folder, 'chain'), { recursive: true });
    await expect(createLog(folder)).rejects.toMatchObject({ code: 'chain-damaged' });
  });
});

describe('opening', () => {
  test('never creates', async () => {
    const folder = tempFolder();
    await expect(openLog(folder, DEPS)).rejects.toMatchObject({ code: 'chain-damaged' });
    expect(readdirSync(folder)).toEqual([]);
    mkdirSync(join(folder, 'chain'));
    await expect(openLog(folder, DEPS)).rejects.toMatchObject({ code: 'chain-damaged' });
  });

  test('goes on where the log ended', async () => {
    const { folder, log } = await newLog();
    expect(log.head).toEqual({ length: 0, hash: expect.stringMatching(/^A{43}=$/) });
    expect(await log.append('tunnel', { host: 'a.test' })).toBe(0);
    await log.close();
    const again = await openLog(folder, DEPS);
    expect(again.head).toEqual(log.head);
    expect(await again.append('tunnel', { host: 'b.test' })).toBe(2);
    await again.close();
    expect(await verifyChain(join(folder, 'chain'))).toMatchObject({ lines: 4, torn: 0 });
  });

  test('refuses a log that is open already, until it is closed', async () => {
    const { folder, log } = await newLog();
    await expect(openLog(folder, DEPS)).rejects.toMatchObject({ code: 'already-running' });
    await log.close();
    await (await openLog(folder, DEPS)).close();
  });

  test('refuses a log that another process has open, until that is killed', async () => {
    const folder = tempFolder();
    await createLog(folder);
    const child = startChild('append.mjs', [folder, 'hold']);
    const ended = outputOf(child);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await expect(openLog(folder, DEPS)).rejects.toMatchObject({ code: 'already-running' });
    child.kill('SIGKILL');
    await ended;
    await (await openLog(folder, DEPS)).close();
  });
});

describe('appending', () => {
  test('a thousand at once keep the order of the calls', async () => {
    const { folder, log } = await newLog();
    const seqs = await Promise.all(
      Array.from({ length: 1000 }, (_, call) => log.append('tunnel', { call })),
    );
    expect(seqs).toEqual(Array.from({ length: 1000 }, (_, seq) => seq));
    await log.close();
    const lines = linesOf(folder)[0]?.map((line) => JSON.parse(line));
    expect(lines?.slice(0, -1).map(({ call }) => call)).toEqual(seqs);
    expect(await verifyChain(join(folder, 'chain'))).toMatchObject({
      verdict: 'incomplete',
      lines: 1001,
    });
  });

  test('says what the objects said at the call', async () => {
    const { folder, log } = await newLog();
    const fields = { types: ['A'] };
    const appended = log.append('detokenization', fields);
    fields.types.push('B');
    await appended;
    expect(linesOf(folder)[0]?.[0]).toContain('"types":["A"]');
    await log.close();
  });

  test('fields that no line can hold fail alone and take no number', async () => {
    const { folder, log } = await newLog();
    const [bad, good] = await Promise.allSettled([
      log.append('tunnel', { host: undefined }),
      log.append('tunnel', { host: 'a.test' }),
    ]);
    expect(bad).toMatchObject({ status: 'rejected', reason: expect.any(TypeError) });
    expect(good).toEqual({ status: 'fulfilled', value: 0 });
    expect(log.failure).toBeUndefined();
    await log.close();
    expect(await verifyChain(join(folder, 'chain'))).toMatchObject({ lines: 2 });
  });

  test('the head is the last durable line', async () => {
    const { log } = await newLog();
    const appended = log.append('heartbeat', {});
    expect(log.head.length).toBe(0);
    await appended;
    expect(log.head.length).toBe(1);
    await log.close();
  });

  test('not after closing, which ends with a stop line and can be asked for twice', async () => {
    const { folder, log } = await newLog();
    await Promise.all([log.close(), log.close()]);
    await expect(log.append('tunnel', {})).rejects.toMatchObject({ code: 'audit-unavailable' });
    await expect(log.rotate()).rejects.toMatchObject({ code: 'audit-unavailable' });
    expect(linesOf(folder)[0]).toEqual([expect.stringContaining('"line_type":"stop"')]);
  });
});

describe('rotating', () => {
  test('seals one segment and goes on in the next, while lines come in', async () => {
    const { folder, log } = await newLog();
    const appended = [log.append('tunnel', {}), log.rotate(), log.append('tunnel', {})];
    expect(await Promise.all(appended)).toEqual([0, 1, 2]);
    await log.close();
    const [first, second] = linesOf(folder);
    expect(first?.[1]).toContain('"line_type":"rotation"');
    expect(second?.[0]).toContain('"seq":2,');
    expect(readdirSync(join(folder, 'chain'))).toContain('00000000000000000002.jsonl');
    expect(await verifyChain(join(folder, 'chain'))).toMatchObject({
      verdict: 'incomplete',
      lines: 4,
    });
  });

  test('one that a crash interrupted is finished when the log is opened', async () => {
    const { folder, log } = await newLog();
    await log.rotate();
    await log.close();
    rmSync(join(folder, 'chain', '00000000000000000001.jsonl'));
    const again = await openLog(folder, DEPS);
    await again.append('tunnel', {});
    await again.close();
    expect(linesOf(folder).map((lines) => lines.length)).toEqual([1, 2]);
    expect(await verifyChain(join(folder, 'chain'))).toMatchObject({
      verdict: 'incomplete',
      lines: 3,
    });
  });
});

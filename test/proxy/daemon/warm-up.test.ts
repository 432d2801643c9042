import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { warmUp } from '../../../lib/proxy/daemon/warm-up.ts';
import { type LoadedPolicy, loadPolicy } from '../../../lib/proxy/policy.ts';
import { homesWith } from '../../config/fixture.ts';

const now = (): number => performance.now();
const always = (): boolean => true;

function policy(files: Readonly<Record<string, string>> = {}): LoadedPolicy {
  return loadPolicy(homesWith(files), randomBytes(32));
}

test('every request is answered', { timeout: 60_000 }, async () => {
  expect(await warmUp(policy(), now, always, new AbortController().signal)).toBe(60);
});

test('a policy that refuses such requests gets one', { timeout: 10_000 }, async () => {
  const files = { 'config.yaml': 'limits: { body: 100 }\n' };
  expect(await warmUp(policy(files), now, always, new AbortController().signal)).toBe(0);
});

test('waits while an agent does', { timeout: 10_000 }, async () => {
  const stop = new AbortController();
  let looks = 0;
  const isIdle = (): boolean => {
    if (++looks === 3) stop.abort();
    return false;
  };
  await expect(warmUp(policy(), now, isIdle, stop.signal)).rejects.toThrow(/aborted/);
  expect(looks).toBe(3);
});

test('ends when it is told to', async () => {
  const stop = new AbortController();
  const warming = warmUp(policy(), now, always, stop.signal);
  stop.abort();
  await expect(warming).rejects.toThrow(/aborted/);
});

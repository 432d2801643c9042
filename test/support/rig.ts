import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { type Daemon, type DaemonOptions, startDaemon } from './daemon.ts';
import { type Provider, type ProviderOptions, startProvider } from './provider.ts';

/** A daemon and the stand-in behind it, for the tests of one file. */
export interface Rig {
  readonly daemon: Daemon;
  readonly provider: Provider;
}

/**
 * Starts a daemon with a stand-in behind it before the tests of a file (or of a `describe`). After
 * each of them it must be alive and let a normal request through.
 */
export function useRig(options: DaemonOptions = {}, standIn: ProviderOptions = {}): Rig {
  let daemon: Daemon | undefined;
  let provider: Provider | undefined;
  beforeAll(async () => {
    provider = await startProvider(standIn);
    daemon = await startDaemon({ provider, ...options });
  });
  afterAll(async () => {
    await daemon?.dispose();
    await provider?.close();
  });
  afterEach(() => expectServing(need(daemon)));
  return {
    get daemon() {
      return need(daemon);
    },
    get provider() {
      return need(provider);
    },
  };
}

/** A normal request passes, and its answer is the one that was given. */
export async function expectServing(daemon: Daemon): Promise<void> {
  expect(daemon.running(), daemon.output()).toBe(true);
  const answer = await daemon.ask({
    body: { messages: [{ role: 'user', content: 'are you well' }] },
  });
  expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('are you well')]);
}

function need<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('asked for before it was started');
  return value;
}

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { KillSwitchEvent } from '../../lib/control/kill-source.ts';
import {
  createKillSwitch,
  type KillSwitch,
  type KillSwitchDeps,
} from '../../lib/control/kill-switch.ts';

/** A home that lasts as long as its test. */
export function makeHome() {
  const home = mkdtempSync(join(tmpdir(), 'ww-control-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const [config, log, run] = ['etc', 'log', 'run'].map((name) => join(home, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [config, log, run]) mkdirSync(folder, { mode: 0o700 });
  return {
    home,
    config,
    log,
    run,
    sentinel: join(run, 'kill'),
    socket: join(run, 'admin.sock'),
    latchFile: join(log, 'killswitch.json'),
  };
}

export type TestHome = ReturnType<typeof makeHome>;

/** A switch on a home, with an audit log that can be stopped and poisoned. */
export function startSwitch(home: TestHome, more: Partial<KillSwitchDeps> = {}) {
  const events: KillSwitchEvent[] = [];
  const faults: unknown[] = [];
  const audit: { failure: Error | undefined; held: Promise<void> | undefined } = {
    failure: undefined,
    held: undefined,
  };
  const clock = { now: Date.parse('2026-01-01T00:00:00Z') };
  const killSwitch: KillSwitch = createKillSwitch({
    runFolder: home.run,
    latchFile: home.latchFile,
    pid: 4711,
    now: () => clock.now,
    async record(event) {
      if (audit.failure !== undefined) throw audit.failure;
      await audit.held;
      events.push(event);
    },
    onFault: (error) => faults.push(error),
    ...more,
  });
  onTestFinished(() => killSwitch.close());
  return {
    killSwitch,
    events,
    faults,
    audit,
    clock,
    sources: () => killSwitch.check().sources.map(({ source }) => source),
  };
}

import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { KILL_SOURCES, type KillSourceName } from '../../lib/control/kill-source.ts';
import { killSwitchRefusal } from '../../lib/control/kill-switch.ts';
import { makeHome, startSwitch, type TestHome } from './home.ts';

const ENGAGED = { engaged: true, reason: 'kill_switch: true', clear: 'set it to false' } as const;

type Started = ReturnType<typeof startSwitch>;

function engage({ killSwitch }: Started, home: TestHome, source: KillSourceName): void {
  if (source === 'config') killSwitch.setConfig(ENGAGED);
  else if (source === 'sentinel') writeFileSync(home.sentinel, '');
  else if (source === 'sigusr1') killSwitch.toggleSignal();
  else killSwitch.arm('http', 'a reason');
}

async function clear({ killSwitch }: Started, home: TestHome, source: KillSourceName) {
  if (source === 'config') killSwitch.setConfig({ engaged: false });
  else if (source === 'sentinel') rmSync(home.sentinel);
  else if (source === 'sigusr1') killSwitch.toggleSignal();
  else await killSwitch.disarm('http');
  return killSwitch.settle();
}

describe('sources', () => {
  it('is clear at first, and its state frozen', () => {
    const { killSwitch } = startSwitch(makeHome());
    const state = killSwitch.check();
    expect(state).toEqual({ active: false, sources: [] });
    expect(Object.isFrozen(state) && Object.isFrozen(state.sources)).toBe(true);
    expect(killSwitch.check()).toBe(state);
  });

  for (let mask = 1; mask < 16; mask++) {
    const chosen = KILL_SOURCES.filter((_, bit) => (mask >> bit) & 1);
    it(`is engaged while any of ${chosen.join(' + ')} holds`, async () => {
      const home = makeHome();
      const started = startSwitch(home);
      for (const source of chosen) engage(started, home, source);
      expect(started.sources()).toEqual(chosen);
      for (const [index, source] of chosen.entries()) {
        const state = await clear(started, home, source);
        expect(state.sources.map((active) => active.source)).toEqual(chosen.slice(index + 1));
        expect(state.active).toBe(index + 1 < chosen.length);
      }
      const lines = (action: string) =>
        started.events.filter((event) => event.action === action).map((event) => event.source);
      expect(lines('arm').sort()).toEqual([...chosen].sort());
      expect(lines('disarm')).toEqual(chosen);
      expect(started.faults).toEqual([]);
    });
  }

  it('says how to clear each', () => {
    const home = makeHome();
    const started = startSwitch(home);
    for (const source of KILL_SOURCES) engage(started, home, source);
    const { sources } = started.killSwitch.check();
    expect(Object.fromEntries(sources.map(({ source, clear: words }) => [source, words]))).toEqual({
      config: 'set it to false',
      sigusr1: 'kill -USR1 4711',
      sentinel: `rm ${home.sentinel}`,
      http: 'waterwall killswitch disarm',
    });
  });

  it('keeps since while a source holds, whatever its reason becomes', async () => {
    const { killSwitch, clock, events } = startSwitch(makeHome());
    killSwitch.arm('http', 'first');
    clock.now += 60_000;
    const [source] = killSwitch.arm('http', 'second').sources;
    expect(source).toMatchObject({ since: '2026-01-01T00:00:00.000Z', reason: 'second' });
    await sleep(1);
    expect(events.map(({ reason }) => reason)).toEqual(['first', 'second']);
  });

  it('refuses with the names of the sources', () => {
    const home = makeHome();
    const started = startSwitch(home);
    engage(started, home, 'sentinel');
    engage(started, home, 'http');
    const refusal = killSwitchRefusal(started.killSwitch.check());
    expect(refusal.message).toBe('kill switch engaged (sources: sentinel, http)');
    expect(refusal.details).toEqual({ sources_active: ['sentinel', 'http'] });
    expect(refusal.fix).toContain(`clear sentinel: rm ${home.sentinel}`);
  });
});

describe('the sentinel', () => {
  it.each<[string | Buffer, string]>([
    ['', 'exists'],
    ['the key leaked\nmore\n', 'exists: the key leaked'],
    ['\u001b[31mred\u202e\u0007', 'exists: [31mred'],
    [`${'x'.repeat(5000)}\n`, `exists: ${'x'.repeat(200)}`],
    [`${'\u{1f511}'.repeat(300)}`, `exists: ${'\u{1f511}'.repeat(200)}`],
    [Buffer.from([0xff, 0xfe, 0x00]), 'exists: \ufffd\ufffd'],
  ])('says what its first line says: %j', (text, reason) => {
    const home = makeHome();
    const { killSwitch } = startSwitch(home);
    writeFileSync(home.sentinel, text);
    expect(killSwitch.check().sources).toMatchObject([{ reason: `${home.sentinel} ${reason}` }]);
  });

  it('that is written after it was made is read again; one that is no file is not opened', () => {
    const home = makeHome();
    const { killSwitch } = startSwitch(home);
    writeFileSync(home.sentinel, '');
    utimesSync(home.sentinel, 1, 1);
    expect(killSwitch.check().sources[0]?.reason).toBe(`${home.sentinel} exists`);
    writeFileSync(home.sentinel, 'why\n');
    expect(killSwitch.check().sources[0]?.reason).toBe(`${home.sentinel} exists: why`);
    rmSync(home.sentinel);
    execFileSync('mkfifo', [home.sentinel]);
    expect(killSwitch.check().sources[0]?.reason).toBe(`${home.sentinel} exists`);
  });

  it('may be anything of that name', async () => {
    const home = makeHome();
    const started = startSwitch(home);
    symlinkSync('/nonexistent', home.sentinel);
    expect(started.sources()).toEqual(['sentinel']);
    rmSync(home.sentinel);
    expect((await started.killSwitch.settle()).active).toBe(false);
    mkdirSync(home.sentinel);
    expect(started.sources()).toEqual(['sentinel']);
  });

  it('lets the request right after its removal pass, once the line is durable', async () => {
    const home = makeHome();
    const { killSwitch, audit, sources } = startSwitch(home);
    writeFileSync(home.sentinel, '');
    expect(sources()).toEqual(['sentinel']);
    rmSync(home.sentinel);
    let durable = (): void => {};
    audit.held = new Promise((resolve) => {
      durable = resolve;
    });
    expect(killSwitch.check().active).toBe(true);
    const settled = killSwitch.settle();
    await sleep(5);
    expect(killSwitch.check().active).toBe(true);
    durable();
    expect((await settled).active).toBe(false);
  });

  it('holds again where it comes back before its end is on record', async () => {
    const home = makeHome();
    const { killSwitch, audit, events, sources } = startSwitch(home);
    writeFileSync(home.sentinel, '');
    sources();
    rmSync(home.sentinel);
    audit.held = sleep(10).then(() => {});
    killSwitch.check();
    writeFileSync(home.sentinel, '');
    expect((await killSwitch.settle()).active).toBe(true);
    await sleep(20);
    expect(sources()).toEqual(['sentinel']);
    expect(events.map(({ action }) => action)).toEqual(['arm', 'disarm', 'arm']);
  });
});

describe('the run folder', () => {
  const cases: Readonly<Record<string, (run: string) => void>> = {
    missing: (run) => rmSync(run, { recursive: true }),
    'moved away and made anew': (run) => {
      renameSync(run, `${run}.old`);
      mkdirSync(run);
    },
    'removed and made anew': (run) => {
      rmSync(run, { recursive: true });
      mkdirSync(run);
    },
    'a file': (run) => {
      rmSync(run, { recursive: true });
      writeFileSync(run, '');
    },
    'a loop of links': (run) => {
      rmSync(run, { recursive: true });
      symlinkSync(run, run);
    },
  };
  for (const [name, change] of Object.entries(cases)) {
    it(`engages where it is ${name}`, () => {
      const home = makeHome();
      const { killSwitch } = startSwitch(home);
      expect(killSwitch.check().active).toBe(false);
      change(home.run);
      const { sources } = killSwitch.check();
      expect(sources).toMatchObject([
        { source: 'sentinel', reason: expect.stringContaining(home.run) },
      ]);
      expect(sources[0]?.clear).not.toBe('');
    });
  }

  it('engages where it is missing from the start', () => {
    const home = makeHome();
    rmSync(home.run, { recursive: true });
    const { sources } = startSwitch(home);
    mkdirSync(home.run);
    expect(sources()).toEqual(['sentinel']);
  });

  it('is well again once the same folder is back', async () => {
    const home = makeHome();
    const { killSwitch, sources } = startSwitch(home);
    renameSync(home.run, `${home.run}.old`);
    expect(sources()).toEqual(['sentinel']);
    renameSync(`${home.run}.old`, home.run);
    expect((await killSwitch.settle()).active).toBe(false);
  });
});

describe('latches', () => {
  for (const source of ['sigusr1', 'http'] as const) {
    it(`${source} holds over a restart until disarmed`, async () => {
      const home = makeHome();
      engage(startSwitch(home), home, source);
      const second = startSwitch(home);
      expect(second.killSwitch.check().sources).toMatchObject([
        { source, since: '2026-01-01T00:00:00.000Z' },
      ]);
      expect(second.events).toEqual([]);
      await clear(second, home, source);
      expect(startSwitch(home).sources()).toEqual([]);
    });
  }

  it('keeps the other latch when one is disarmed', async () => {
    const home = makeHome();
    const { killSwitch } = startSwitch(home);
    killSwitch.arm('http', 'one');
    killSwitch.toggleSignal();
    await killSwitch.disarm('http');
    expect(startSwitch(home).sources()).toEqual(['sigusr1']);
  });

  it('writes its file private and whole', () => {
    const home = makeHome();
    startSwitch(home).killSwitch.arm('http', 'x'.repeat(100));
    expect(statSync(home.latchFile).mode & 0o777).toBe(0o600);
    expect(readdirSync(home.log)).toEqual(['killswitch.json']);
    expect(JSON.parse(readFileSync(home.latchFile, 'utf8'))).toMatchObject({
      v: 1,
      sigusr1: null,
      http: { reason: 'x'.repeat(100) },
    });
  });

  const damaged: Readonly<Record<string, string>> = {
    empty: '',
    'cut off': '{"v":1,"sigusr1":null,"htt',
    'not an object': '[]',
    'of another version': '{"v":2,"sigusr1":null,"http":null}',
    'without a latch': '{"v":1,"sigusr1":null}',
    'with a bad time': '{"v":1,"sigusr1":null,"http":{"since":"soon","reason":"x"}}',
    'with a bad reason': '{"v":1,"sigusr1":{"since":"2026-01-01T00:00:00Z"},"http":null}',
  };
  for (const [name, text] of Object.entries(damaged)) {
    it(`a file that is ${name} engages, until disarmed`, async () => {
      const home = makeHome();
      writeFileSync(home.latchFile, text);
      const { killSwitch, events } = startSwitch(home);
      expect(killSwitch.check().sources).toMatchObject([
        { source: 'http', reason: expect.stringContaining('damaged') },
      ]);
      expect((await killSwitch.disarm('http')).active).toBe(false);
      expect(events.map(({ action }) => action)).toEqual(['arm', 'disarm']);
      expect(startSwitch(home).sources()).toEqual([]);
    });
  }

  it('a file that cannot be read engages, and disarming says that it cannot be written', async () => {
    const home = makeHome();
    mkdirSync(home.latchFile);
    const { killSwitch, sources } = startSwitch(home);
    expect(sources()).toEqual(['http']);
    await expect(killSwitch.disarm('http')).rejects.toMatchObject({
      code: 'io-error',
      message: expect.stringMatching(/^http still holds: .+ cannot be written/),
    });
    expect(sources()).toEqual(['http']);
  });

  it('engages though the file cannot be written, and writes it later', async () => {
    const home = makeHome();
    const { killSwitch, faults, clock, sources } = startSwitch(home);
    rmSync(home.log, { recursive: true });
    expect(killSwitch.arm('http', 'now').active).toBe(true);
    expect(faults).toMatchObject([{ code: 'io-error' }]);
    mkdirSync(home.log);
    clock.now += 10_000;
    sources();
    expect(startSwitch(home).sources()).toEqual(['http']);
  });
});

describe('signals', () => {
  it('each toggles, also while the last one is being recorded', async () => {
    const { killSwitch, audit, sources } = startSwitch(makeHome());
    killSwitch.toggleSignal();
    audit.held = sleep(10).then(() => {});
    killSwitch.toggleSignal();
    killSwitch.toggleSignal();
    await sleep(30);
    expect(sources()).toEqual(['sigusr1']);
    killSwitch.toggleSignal();
    expect((await killSwitch.settle()).active).toBe(false);
  });

  it('a failing release is a fault and leaves it engaged', async () => {
    const { killSwitch, audit, faults, sources } = startSwitch(makeHome());
    killSwitch.toggleSignal();
    audit.failure = new Error('poisoned');
    killSwitch.toggleSignal();
    await sleep(5);
    expect(faults).toMatchObject([{ code: 'audit-unavailable' }]);
    expect(sources()).toEqual(['sigusr1']);
  });
});

describe('effect and record', () => {
  it('engages before its line and disarms after it', async () => {
    const home = makeHome();
    const order: string[] = [];
    const { killSwitch } = startSwitch(home, {
      record: async ({ action }) => {
        order.push(`line: ${action}`);
        await sleep(5);
        order.push('durable');
      },
    });
    killSwitch.onChange(({ active }) => order.push(active ? 'engaged' : 'clear'));
    killSwitch.arm('http', 'x');
    await sleep(20);
    await killSwitch.disarm('http');
    expect(order).toEqual(['engaged', 'line: arm', 'durable', 'line: disarm', 'durable', 'clear']);
  });

  it('a poisoned log hinders disarming, not engaging', async () => {
    const { killSwitch, audit, faults } = startSwitch(makeHome());
    audit.failure = new Error('poisoned');
    expect(killSwitch.arm('http', 'x').active).toBe(true);
    await expect(killSwitch.disarm('http')).rejects.toMatchObject({ code: 'audit-unavailable' });
    expect(killSwitch.check().active).toBe(true);
    expect(faults).toEqual([audit.failure]);
  });

  it('engages though the recorder throws at once', () => {
    const { killSwitch } = startSwitch(makeHome(), {
      record: () => {
        throw new Error('broken');
      },
    });
    expect(killSwitch.arm('http', 'x').active).toBe(true);
  });

  it('an arm overtakes a disarm that waits for its line', async () => {
    const home = makeHome();
    const { killSwitch, audit } = startSwitch(home);
    killSwitch.arm('http', 'first');
    audit.held = sleep(10).then(() => {});
    const disarmed = killSwitch.disarm('http');
    killSwitch.arm('http', 'second');
    expect((await disarmed).active).toBe(true);
    expect(startSwitch(home).sources()).toEqual(['http']);
  });

  it('two disarms at once write one line', async () => {
    const { killSwitch, events } = startSwitch(makeHome());
    killSwitch.arm('http', 'x');
    await Promise.all([killSwitch.disarm('http'), killSwitch.disarm('http')]);
    expect(events.filter(({ action }) => action === 'disarm')).toHaveLength(1);
  });

  it('tells listeners of engaging once a transition, and survives one that throws', async () => {
    const home = makeHome();
    const started = startSwitch(home);
    const listener = vi.fn();
    started.killSwitch.onEngage(() => {
      throw new Error('listener');
    });
    started.killSwitch.onEngage(listener);
    engage(started, home, 'http');
    engage(started, home, 'sentinel');
    started.killSwitch.check();
    expect(listener).toHaveBeenCalledTimes(1);
    await clear(started, home, 'http');
    await clear(started, home, 'sentinel');
    engage(started, home, 'config');
    expect(listener).toHaveBeenCalledTimes(2);
    expect(started.faults).toHaveLength(2);
  });
});

describe('while something is under way', () => {
  it('notices the sentinel by itself, and stops looking afterwards', async () => {
    const home = makeHome();
    const { killSwitch } = startSwitch(home);
    const engaged = vi.fn();
    killSwitch.onEngage(engaged);
    const leaves = [killSwitch.enter(), killSwitch.enter()];
    writeFileSync(join(home.run, 'kill'), '');
    const start = performance.now();
    await vi.waitFor(() => expect(engaged).toHaveBeenCalledTimes(1), {
      timeout: 1000,
      interval: 5,
    });
    // 100 ms, and some for a busy machine.
    expect(performance.now() - start).toBeLessThan(300);
    rmSync(home.sentinel);
    await killSwitch.settle();
    for (const leave of leaves) leave();
    leaves[0]?.();
    writeFileSync(home.sentinel, '');
    await sleep(150);
    expect(engaged).toHaveBeenCalledTimes(1);
    killSwitch.enter();
    await vi.waitFor(() => expect(engaged).toHaveBeenCalledTimes(2), { timeout: 1000 });
  });
});

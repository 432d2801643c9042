import {
  appendFileSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { watchFiles } from '../../lib/control/file-watch.ts';
import { watchPolicy } from '../../lib/control/policy-watch.ts';
import { makeHome } from './home.ts';

/** Far away, so that what a test sees came by notification. */
const NO_LOOKING = 3_600_000;

/** Watches until the test ends; begins when changes in the folders of the files are noticed. */
async function start(files: readonly string[], lookEvery = NO_LOOKING) {
  const folders = files.map(dirname).map((each) => (existsSync(each) ? each : dirname(each)));
  const probes = new Map(folders.map((folder) => [join(folder, '.probe'), false]));
  const changes: string[][] = [];
  const faults: unknown[] = [];
  const watch = watchFiles({
    files: [...files, ...probes.keys()],
    lookEvery,
    onChange(changed) {
      for (const file of changed) if (probes.has(file)) probes.set(file, true);
      const own = changed.filter((file) => !probes.has(file));
      if (own.length > 0) changes.push(own);
    },
    onFault: (error) => faults.push(error),
  });
  onTestFinished(() => watch.close());
  // A probe that is seen was looked at before, and so was every file.
  for (let round = 0; [...probes.values()].includes(false); round++) {
    for (const probe of probes.keys()) writeFileSync(probe, `${round}`);
    // Longer than a change has to rest.
    await sleep(120);
  }
  expect(changes).toEqual([]);
  const next = async (count: number) => {
    await vi.waitFor(() => expect(changes).toHaveLength(count), { timeout: 3000, interval: 10 });
    return changes.at(-1);
  };
  return { watch, changes, faults, next };
}

describe('watching files', () => {
  it('sees a file written in place, appended to, and touched', async () => {
    const file = join(makeHome().config, 'config.yaml');
    writeFileSync(file, 'a');
    const { next } = await start([file]);
    writeFileSync(file, 'b');
    expect(await next(1)).toEqual([file]);
    appendFileSync(file, 'c');
    await next(2);
    utimesSync(file, 1, 1);
    await next(3);
  });

  it('sees every save in the manner of vim (backup, new file) and of atomic writers, once', async () => {
    const file = join(makeHome().config, 'config.yaml');
    writeFileSync(file, '0');
    const { next, changes } = await start([file]);
    for (let round = 1; round <= 3; round++) {
      renameSync(file, `${file}~`);
      writeFileSync(file, `vim ${round}`);
      rmSync(`${file}~`);
      await next(2 * round - 1);
      writeFileSync(`${file}.tmp`, `atomic ${round}`);
      renameSync(`${file}.tmp`, file);
      await next(2 * round);
    }
    await sleep(200);
    expect(changes).toHaveLength(6);
  });

  it('sees a file go, come back, and be edited again', async () => {
    const file = join(makeHome().config, 'config.yaml');
    writeFileSync(file, '0');
    const { next } = await start([file]);
    rmSync(file);
    await next(1);
    writeFileSync(file, '1');
    await next(2);
    writeFileSync(file, '2');
    await next(3);
  });

  it('gathers a burst into one change and says nothing of neighbours', async () => {
    const { config } = makeHome();
    const [one, two] = [join(config, 'one.yaml'), join(config, 'two.yaml')];
    const { next, changes } = await start([one, two]);
    writeFileSync(join(config, 'three.yaml'), 'x');
    mkdirSync(join(config, 'folder'));
    for (let i = 0; i < 10; i++) {
      writeFileSync(one, `${i}`);
      writeFileSync(two, `${i}`);
      await sleep(5);
    }
    expect(await next(1)).toEqual([one, two]);
    await sleep(200);
    expect(changes).toHaveLength(1);
  });

  it('looks by itself where no notification comes: a folder made later, then replaced', async () => {
    const folder = join(makeHome().home, 'later');
    const file = join(folder, 'app.env');
    const { next, faults } = await start([file], 50);
    mkdirSync(folder);
    writeFileSync(file, 'A=1');
    await next(1);
    renameSync(folder, `${folder}.old`);
    await next(2);
    mkdirSync(folder);
    writeFileSync(file, 'A=2');
    await next(3);
    expect(faults).toEqual([]);
  });

  it('follows another list of files', async () => {
    const { config, home } = makeHome();
    const [one, two] = [join(config, 'one.yaml'), join(home, 'two.env')];
    writeFileSync(two, '0');
    // When the new folder's notifications begin is not told, hence looking.
    const { watch, next } = await start([one], 50);
    watch.setFiles([two]);
    // It may have appeared after it was looked for.
    expect(await next(1)).toEqual([two]);
    writeFileSync(one, '1');
    writeFileSync(two, '1');
    expect(await next(2)).toEqual([two]);
  });

  it('goes on after a listener that throws, and is silent once closed', async () => {
    const file = join(makeHome().config, 'config.yaml');
    const onChange = vi.fn(() => {
      throw new Error('listener');
    });
    const faults: unknown[] = [];
    const watch = watchFiles({ files: [file], onChange, onFault: (error) => faults.push(error) });
    await sleep(150);
    writeFileSync(file, '1');
    await vi.waitFor(() => expect(faults).toHaveLength(1), { timeout: 3000 });
    writeFileSync(file, '2');
    await vi.waitFor(() => expect(faults).toHaveLength(2), { timeout: 3000 });
    await watch.close();
    writeFileSync(file, '3');
    await sleep(200);
    expect(onChange).toHaveBeenCalledTimes(2);
  });
});

describe('watching the policy', () => {
  it('tells policy, hosts, sentinel and environment files apart', async () => {
    const home = makeHome();
    const calls: string[] = [];
    const env = join(home.home, 'app.env');
    const watch = watchPolicy({
      homes: { ...home, chosenBy: 'WATERWALL_HOME' },
      envFiles: [env],
      onPolicy: (changed) => calls.push(`policy ${changed.map((file) => file.split('/').pop())}`),
      onHosts: () => calls.push('hosts'),
      onSentinel: () => calls.push('sentinel'),
      onFault: (error) => calls.push(String(error)),
    });
    onTestFinished(() => watch.close());
    await sleep(150);
    const steps: readonly (readonly [file: string, call: string])[] = [
      [join(home.config, 'config.yaml'), 'policy config.yaml'],
      [join(home.config, 'patterns.yaml'), 'policy patterns.yaml'],
      [join(home.config, 'known_secrets.yaml'), 'policy known_secrets.yaml'],
      [join(home.config, 'permitted_hosts.yaml'), 'hosts'],
      [home.sentinel, 'sentinel'],
      [env, 'policy app.env'],
    ];
    for (const [index, [file, call]] of steps.entries()) {
      writeFileSync(file, 'x');
      await vi.waitFor(() => expect(calls).toHaveLength(index + 1), {
        timeout: 3000,
        interval: 10,
      });
      expect(calls.at(-1)).toBe(call);
    }
  });
});

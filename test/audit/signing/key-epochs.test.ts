import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { openCheckpoint } from '../../../lib/audit/checkpoint.ts';
import { readKeyEpochs } from '../../../lib/audit/key-epochs.ts';
import type { PublicKeys } from '../../../lib/audit/public-keys.ts';
import { receiptName } from '../../../lib/audit/receipt.ts';
import type { SignedLog } from '../../../lib/audit/signed-log.ts';
import { childReach } from '../../../lib/audit/signer/reach.ts';
import { openStateFile } from '../../../lib/audit/signer/state-file.ts';
import { verifyChain } from '../../../lib/audit/verify.ts';
import { until } from '../../support/until.ts';
import { tempFolder } from '../logs.ts';
import { lines, opener, signedHome } from './rig.ts';
import { type Moment, tappedReach } from './tapped-reach.ts';

const DAY = 24 * 60 * 60_000;

/** A clock that a test puts forward. */
function testClock() {
  let ahead = 0;
  return {
    now: () => new Date(Date.now() + ahead),
    day() {
      ahead += DAY;
    },
  };
}

const tunnel = (log: SignedLog, host: string) => log.append('tunnel', { host, bytes: 1 });
const keyLines = (folder: string) => lines(folder).filter((line) => line['line_type'] === 'key');
const epochsOf = (folder: string, { log }: PublicKeys) => readKeyEpochs(join(folder, 'chain'), log);
const verify = (folder: string, keys: PublicKeys) => verifyChain(join(folder, 'chain'), { keys });

/** Appends a line after the epoch's time is over, and waits until the next key has taken over. */
async function rotated(log: SignedLog, clock: { day(): void }, epoch: number): Promise<void> {
  clock.day();
  await tunnel(log, `day-${epoch}.test`);
  await until(() => log.signing.keyEpoch === epoch);
  await until(() => log.signing.signedSize === log.head.length);
}

describe('a key signs for its time', () => {
  test('three epochs: one line, one receipt each; what went before is destroyed', async () => {
    const { folder, signer, keys, open } = await signedHome();
    const clock = testClock();
    const { log, faults } = await open({ keyEpoch: DAY, now: clock.now });
    await tunnel(log, 'day-0.test');
    expect(await log.signed(5000)).toBe(true);
    const seeds = [readFileSync(join(signer, 'log.key'))];
    for (const epoch of [1, 2]) {
      await rotated(log, clock, epoch);
      seeds.push(readFileSync(join(signer, 'log.key')));
    }
    await tunnel(log, 'last.test');
    await log.close();
    expect(faults).toEqual([]);
    const { found, fault, key } = await epochsOf(folder, keys);
    expect(fault).toBeUndefined();
    expect(keyLines(folder).map((line) => line['seq'])).toEqual([
      0,
      ...found.map(({ line }) => line.seq),
    ]);
    expect(found).toHaveLength(2);
    expect(await verify(folder, keys)).toMatchObject({ verdict: 'clean', unsigned_tail: 0 });
    const latest = readFileSync(join(folder, 'checkpoint'));
    expect(openCheckpoint(latest, keys.log)).toHaveProperty('fault');
    expect(openCheckpoint(latest, key)).toMatchObject({ origin: keys.log.name });
    expect(readdirSync(signer).sort()).not.toContain('next.key');
    const files = readdirSync(signer).map((name) => readFileSync(join(signer, name)));
    const kept = seeds.map((seed) => files.some((file) => file.includes(seed)));
    expect(kept).toEqual([false, false, true]);
  });

  test('and goes on after a restart of both', async () => {
    const { folder, keys, open } = await signedHome();
    const clock = testClock();
    for (const epoch of [1, 2, 3]) {
      const { log } = await open({ keyEpoch: DAY, now: clock.now });
      await rotated(log, clock, epoch);
      await log.close();
    }
    expect((await epochsOf(folder, keys)).found).toHaveLength(3);
    expect(await verify(folder, keys)).toMatchObject({ verdict: 'clean' });
  });

  test('or for good where epochs are off', async () => {
    const { folder, keys, open } = await signedHome();
    const clock = testClock();
    const { log } = await open({ now: clock.now });
    clock.day();
    await tunnel(log, 'day-1.test');
    await log.close();
    expect(keyLines(folder)).toHaveLength(1);
    expect((await epochsOf(folder, keys)).found).toEqual([]);
  });
});

/** A home whose folder was copied at a moment of its first change of keys. */
async function crashedAt(moment: Moment) {
  const home = await signedHome();
  const clock = testClock();
  const copy = join(tempFolder(), 'log');
  const tapped = tappedReach(childReach(home.signer), (now) => {
    if (now !== moment || existsSync(copy)) return;
    // A file that is about to replace the checkpoint may be gone before it is copied.
    cpSync(home.folder, copy, {
      recursive: true,
      filter: (from) => !from.endsWith('checkpoint.new'),
    });
    // Node 24 copies folders without their modes, and keys are read from their owner's folder alone.
    chmodSync(join(copy, 'signer'), 0o700);
  });
  const { log } = await home.open({ keyEpoch: DAY, now: clock.now, reach: tapped });
  await tunnel(log, 'day-0.test');
  expect(await log.signed(5000)).toBe(true);
  const firstKey = readFileSync(join(home.signer, 'log.key'));
  await rotated(log, clock, 1);
  await log.close();
  expect(existsSync(copy)).toBe(true);
  return {
    firstKey,
    folder: copy,
    signer: join(copy, 'signer'),
    keys: home.keys,
    clock,
    ...opener(copy, home.keys, childReach(join(copy, 'signer'))),
  };
}

type Crashed = Awaited<ReturnType<typeof crashedAt>>;

const CRASHES: readonly [string, Moment, (at: Crashed) => void][] = [
  ['the next key is made, and no line announces it', 'after next_key', () => {}],
  ['its line is durable, and nothing covers it', 'before close_epoch', () => {}],
  ['the epoch is closed, and there is no receipt', 'after close_epoch', () => {}],
  ['the receipt is there, and the key has not taken over', 'before open_epoch', () => {}],
  ['the key has taken over, and the one before it is there', 'before open_epoch', tookOver],
  [
    'the key before it is overwritten, and the next one not in its place',
    'before open_epoch',
    (at) => {
      tookOver(at);
      writeFileSync(join(at.signer, 'log.key'), Buffer.alloc(32, 1));
    },
  ],
  ['all is done', 'after open_epoch', () => {}],
];

/** What the signer's state says after its key has taken over, before its files do. */
function tookOver({ signer, keys }: Crashed): void {
  const state = openStateFile(join(signer, 'state'), keys.log.name);
  const { next } = state.epoch;
  if (next === undefined) throw new Error('the epoch is not closed');
  state.save(state.tree, { key: next });
  state.close();
}

describe('a crash at any point of a change of keys', () => {
  it.each(CRASHES)('goes on where %s', async (_, moment, change) => {
    const crashed = await crashedAt(moment);
    change(crashed);
    const { folder, signer, keys, open, clock } = crashed;
    const { log, failures } = await open({ keyEpoch: DAY, now: clock.now });
    await tunnel(log, 'after.test');
    await until(() => log.signing.keyEpoch === 1);
    await until(() => log.signing.signedSize === log.head.length);
    expect(existsSync(join(signer, 'next.key'))).toBe(false);
    await rotated(log, clock, 2);
    await log.close();
    expect(failures).toEqual([]);
    const { found, fault } = await epochsOf(folder, keys);
    expect(fault).toBeUndefined();
    expect(keyLines(folder).map((line) => line['seq'])).toEqual([
      0,
      ...found.map(({ line }) => line.seq),
    ]);
    expect(await verify(folder, keys)).toMatchObject({ verdict: 'clean', unsigned_tail: 0 });
  });

  it.each(['after close_epoch', 'after open_epoch'] as const)(
    'is survived by a signer that dies %s, while the daemon goes on',
    async (moment) => {
      const { folder, signer, keys, open } = await signedHome();
      const clock = testClock();
      const reach = childReach(signer);
      let killed = false;
      const tapped = tappedReach(reach, (now) => {
        if (now !== moment || killed || reach.pid === undefined) return;
        killed = true;
        process.kill(reach.pid, 'SIGKILL');
      });
      const { log } = await open({ keyEpoch: DAY, now: clock.now, reach: tapped });
      await tunnel(log, 'day-0.test');
      expect(await log.signed(5000)).toBe(true);
      await rotated(log, clock, 1);
      await rotated(log, clock, 2);
      await log.close();
      expect(killed).toBe(true);
      expect((await epochsOf(folder, keys)).found).toHaveLength(2);
      expect(await verify(folder, keys)).toMatchObject({ verdict: 'clean', unsigned_tail: 0 });
    },
  );
});

test('a receipt that cannot be written holds up the signing, until it can', async () => {
  const { folder, signer, keys, open } = await signedHome();
  const clock = testClock();
  let inTheWay = '';
  const tapped = tappedReach(childReach(signer), (moment) => {
    if (moment !== 'before close_epoch' || inTheWay !== '') return;
    inTheWay = join(folder, 'chain', receiptName(lines(folder).length - 1));
    mkdirSync(inTheWay);
  });
  const { log } = await open({ keyEpoch: DAY, now: clock.now, reach: tapped });
  await tunnel(log, 'day-0.test');
  expect(await log.signed(5000)).toBe(true);
  clock.day();
  await tunnel(log, 'day-1.test');
  await until(() => log.signing.restarts > 1);
  expect(log.signing).toMatchObject({ state: 'silent', keyEpoch: 0 });
  rmdirSync(inTheWay);
  await until(() => log.signing.keyEpoch === 1);
  await log.close();
  expect((await epochsOf(folder, keys)).found).toHaveLength(1);
  expect(await verify(folder, keys)).toMatchObject({ verdict: 'clean', unsigned_tail: 0 });
});

test('a log that ends with the line that announces a key has nothing for the new one to sign', async () => {
  const { folder, keys, open, clock } = await crashedAt('after open_epoch');
  const { log, failures } = await open({ keyEpoch: DAY, now: clock.now });
  await until(() => log.latest !== undefined);
  const { key } = await epochsOf(folder, keys);
  expect(openCheckpoint(log.latest ?? '', key)).not.toHaveProperty('fault');
  expect(log.signing.restarts).toBe(0);
  await log.close();
  expect(failures).toEqual([]);
  expect(await verify(folder, keys)).toMatchObject({ verdict: 'clean', unsigned_tail: 0 });
});

describe('what does not belong together', () => {
  const REFUSALS: readonly [string, Moment, (at: Crashed) => void, RegExp, string][] = [
    [
      'a line announces a key that the signer does not hold',
      'before close_epoch',
      ({ signer }) => rmSync(join(signer, 'next.key')),
      /announces a key that the signer does not hold/,
      'incomplete',
    ],
    [
      "the receipt of the signer's key is missing",
      'after open_epoch',
      ({ folder }) => rmSync(receiptIn(folder)),
      /has a key whose receipt is not in the chain folder/,
      'incomplete',
    ],
    [
      'a receipt is not genuine',
      'after open_epoch',
      ({ folder }) => {
        const path = receiptIn(folder);
        writeFileSync(path, readFileSync(path, 'utf8').replace(/index \d+/, 'index 1'));
      },
      /is no receipt of a key epoch/,
      'tampered',
    ],
    [
      "the signer's folder is from an older backup",
      'after open_epoch',
      ({ signer, keys, firstKey }) => {
        const state = openStateFile(join(signer, 'state'), keys.log.name);
        writeFileSync(join(signer, 'log.key'), firstKey);
        state.save(state.tree, {});
        state.close();
      },
      /has the key of an epoch that has ended/,
      'incomplete',
    ],
  ];

  it.each(REFUSALS)('is refused: %s', async (_, moment, change, reason, verdict) => {
    const crashed = await crashedAt(moment);
    change(crashed);
    const { folder, keys, open, clock } = crashed;
    const { log } = await open({ keyEpoch: DAY, now: clock.now });
    await until(() => log.signing.state === 'refused');
    expect(log.failure?.message).toMatch(reason);
    await log.close().catch(() => {});
    expect(await verify(folder, keys)).toMatchObject({ verdict });
  });

  function receiptIn(folder: string): string {
    const chain = join(folder, 'chain');
    const name = readdirSync(chain).find((one) => one.endsWith('.tlog-proof'));
    if (name === undefined) throw new Error('there is no receipt');
    return join(chain, name);
  }
});

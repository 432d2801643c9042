import {
  copyFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Anchor } from '../../lib/audit/anchor.ts';
import { exportEvidence } from '../../lib/audit/evidence/export.ts';
import { takeSnapshot } from '../../lib/audit/evidence/snapshot.ts';
import { verifyEvidence } from '../../lib/audit/evidence/verify.ts';
import { openReceipt } from '../../lib/audit/receipt.ts';
import { applyRetention, startRetention } from '../../lib/audit/retention.ts';
import type { SignedLog } from '../../lib/audit/signed-log.ts';
import { verifyChain } from '../../lib/audit/verify.ts';
import { formatVkey } from '../../lib/audit/vkey.ts';
import { parseWitnessKey } from '../../lib/audit/witness/cosignature.ts';
import { openWitness } from '../../lib/audit/witness/witness.ts';
import { makeReceipt } from '../../lib/ops/receipt.ts';
import { dialDirectly } from '../../lib/proxy/dial.ts';
import { outputOf, startChild } from './child.ts';
import { segmentPath } from './logs.ts';
import { lines, signedHome } from './signing/rig.ts';
import { startWitness } from './witness/stand-in.ts';

const DAY = 24 * 60 * 60_000;

type Home = Awaited<ReturnType<typeof signedHome>>;

const depsOf = ({ folder, keys }: Home, log: SignedLog, later = 2 * DAY) => ({
  logFolder: folder,
  chainFolder: join(folder, 'chain'),
  key: keys.log,
  log,
  retention: DAY,
  now: () => Date.now() + later,
});

const segmentsOf = (folder: string): string[] =>
  readdirSync(join(folder, 'chain')).filter((name) => name.endsWith('.jsonl'));

/** The lines of all segments. */
const linesOf = (folder: string): string[] =>
  segmentsOf(folder).flatMap((name) =>
    readFileSync(join(folder, 'chain', name), 'utf8')
      .split('\n')
      .slice(0, -1),
  );

/** A log of three segments of five lines or so, and an open one; all signed. */
async function rotatedLog() {
  const home = await signedHome();
  const { log } = await home.open();
  for (let segment = 0; segment < 3; segment++) {
    for (let each = 0; each < 4; each++) await log.append('tunnel', { host: 'host.test', each });
    await log.rotate();
    await log.signed(10_000);
  }
  await log.append('tunnel', { host: 'host.test' });
  await sealed(home.folder, 3);
  return { home, log };
}

/** Waits until the notes of so many segments lie beside them. */
async function sealed(folder: string, count: number): Promise<void> {
  await expect
    .poll(() => readdirSync(join(folder, 'chain')).filter((name) => name.endsWith('.note')).length)
    .toBe(count);
}

describe('what is older than the retention', () => {
  test('is removed, and the rest verifies, is proven and goes on', async () => {
    const { home, log } = await rotatedLog();
    const { folder, keys } = home;
    const chain = join(folder, 'chain');
    const before = linesOf(folder);
    await applyRetention(depsOf(home, log));
    const [rest, open] = segmentsOf(folder);
    const first = Number.parseInt(rest as string, 10);
    const announced = lines(folder, first).at(-1) as { pruned: object; seq: number };
    expect(announced).toMatchObject({
      line_type: 'rotation',
      pruned: { first: 0, last: first - 1 },
    });
    expect(Number.parseInt(open as string, 10)).toBe(announced.seq + 1);
    expect(readdirSync(chain).filter((name) => Number.parseInt(name, 10) < first)).toEqual([]);
    await log.append('tunnel', { host: 'host.test' });
    await log.close();
    const report = await verifyChain(chain, { keys });
    expect(report).toMatchObject({ verdict: 'clean', incomplete: [], first });
    const kept = linesOf(folder);
    expect(kept.slice(0, before.length - first)).toEqual(before.slice(first));

    const snapshot = await takeSnapshot(chain, folder, keys.log, {});
    expect(snapshot).toMatchObject({ first, last: first + kept.length - 1 });
    expect(snapshot.tree.root(snapshot.checkpoint.size)).toEqual(snapshot.checkpoint.root);

    const again = await home.open();
    await again.log.settled();
    expect(again.log.failure).toBeUndefined();
    await again.log.append('tunnel', { host: 'host.test' });
    await again.log.close();
    expect(await verifyChain(chain, { keys })).toMatchObject({ verdict: 'clean', first });
  });

  test('is removed again later: the frontier goes on from the one before', async () => {
    const { home, log } = await rotatedLog();
    await applyRetention(depsOf(home, log));
    const first = Number.parseInt(segmentsOf(home.folder)[0] as string, 10);
    await log.append('tunnel', { host: 'host.test' });
    await applyRetention(depsOf(home, log));
    const second = Number.parseInt(segmentsOf(home.folder)[0] as string, 10);
    expect(second).toBeGreaterThan(first);
    await log.close();
    const chain = join(home.folder, 'chain');
    expect(await verifyChain(chain, { keys: home.keys })).toMatchObject({ verdict: 'clean' });
    const { tree, checkpoint } = await takeSnapshot(chain, home.folder, home.keys.log, {});
    expect(tree.first).toBe(second);
    expect(tree.root(checkpoint.size)).toEqual(checkpoint.root);
  });

  test('has no receipt any more, the rest has', async () => {
    const { home, log } = await rotatedLog();
    await applyRetention(depsOf(home, log));
    await log.close();
    const { folder, keys, homes } = homesOf(home);
    const first = Number.parseInt(segmentsOf(folder)[0] as string, 10);
    await expect(makeReceipt(homes, first - 1)).rejects.toMatchObject({
      code: 'usage',
      message: `line ${first - 1} was removed when its time was over (audit.retention)`,
    });
    const receipt = await makeReceipt(homes, first);
    expect(openReceipt(Buffer.from(receipt), keys.log)).toMatchObject({ line: { seq: first } });
  });
});

test('a witness is shown that the rest goes on from what it cosigned, and not from what was removed', async () => {
  const { home, log } = await rotatedLog();
  const witness = await startWitness(formatVkey(home.keys.log));
  const faults: Error[] = [];
  const open = () =>
    openWitness({
      target: { url: witness.url, key: parseWitnessKey(witness.vkey) ?? home.keys.log },
      logFolder: home.folder,
      key: home.keys.log,
      connect: dialDirectly,
      onCosigned: () => {},
      onFault: (error) => faults.push(error),
    });
  const goesOn = async (anchor: Anchor): Promise<boolean | undefined> => {
    await log.append('tunnel', { host: 'host.test' });
    await log.signed(10_000);
    anchor.put(log.latest as string);
    await anchor.settled();
    return anchor.holds;
  };
  const anchor = open();
  expect(await goesOn(anchor), faults.join()).toBe(true);
  await applyRetention(depsOf(home, log));
  expect(segmentsOf(home.folder)[0]).not.toBe(segmentPath(home.folder).split('/').at(-1));
  expect(await goesOn(anchor), faults.join()).toBe(true);
  // After a restart nothing is remembered of the tree: it begins at what the chain says was removed.
  expect(await goesOn(open()), faults.join()).toBe(true);
  expect(witness.state.size).toBeGreaterThan(20);
  expect(new Set(witness.answers)).toEqual(new Set([200]));

  witness.state = { size: 3, root: Buffer.alloc(32, 1) };
  expect(await goesOn(open())).toBe(false);
  expect(faults.map(({ message }) => message)).toEqual([
    expect.stringMatching(/lines 3 to \d+ were removed before it cosigned them/),
  ]);
  await log.close();
});

test('evidence of the rest is exported, and verifies', async () => {
  const { home, log } = await rotatedLog();
  await log.append('redaction', { host: 'host.test', redactions: [], policy_hash: 'none' });
  await applyRetention(depsOf(home, log));
  await log.append('redaction', { host: 'host.test', redactions: [], policy_hash: 'none' });
  await log.signed(10_000);
  const { folder, keys } = home;
  const out = join(folder, 'evidence.tar.gz');
  const nothing = Buffer.from('{}');
  await expect
    .poll(() => readFileSync(join(folder, 'checkpoint'), 'utf8'))
    .toContain(`\n${log.head.length}\n`);
  const report = await exportEvidence(
    {
      chain: join(folder, 'chain'),
      log: folder,
      manifests: join(folder, 'manifests'),
      keys,
      publicKeys: readFileSync(join(folder, 'signer', 'vkeys')),
      policy: nothing,
      policyHash: 'none',
      specification: nothing,
      verifier: nothing,
    },
    { out, sign: log.manifest },
  );
  expect(report.first).toBe(Number.parseInt(segmentsOf(folder)[0] as string, 10));
  expect(await verifyEvidence(out, keys)).toMatchObject({ verdict: 'clean', receipts: 2 });
  await log.close();
});

/** The home of a log folder, with its `signing.pub`. */
function homesOf(home: Home) {
  const config = join(home.folder, 'etc');
  cpSync(join(home.folder, 'signer'), config, { recursive: true });
  copyFileSync(join(config, 'vkeys'), join(config, 'signing.pub'));
  return { ...home, homes: { config, log: home.folder, run: home.folder } as never };
}

describe('nothing is removed', () => {
  test('that is younger; an open segment is sealed in time', async () => {
    const { home, log } = await rotatedLog();
    const before = segmentsOf(home.folder);
    await applyRetention(depsOf(home, log, 0));
    expect(segmentsOf(home.folder)).toEqual(before);
    await applyRetention(depsOf(home, log, DAY / 2));
    expect(segmentsOf(home.folder)).toEqual([...before, expect.any(String)]);
    expect(
      lines(home.folder, Number.parseInt(before.at(-1) as string, 10)).at(-1),
    ).not.toHaveProperty('pruned');
  });

  test('while the signer is away, or refuses', async () => {
    const { home, log } = await rotatedLog();
    const before = segmentsOf(home.folder);
    for (const state of ['starting', 'silent', 'refused'] as const) {
      const away = { ...log, failure: undefined, signing: { ...log.signing, state } };
      await applyRetention(depsOf(home, away as SignedLog));
    }
    const poisoned = { ...log, failure: new Error('poisoned'), signing: log.signing };
    await applyRetention(depsOf(home, poisoned as SignedLog));
    expect(segmentsOf(home.folder)).toEqual(before);
  });

  test('that is not what was signed', async () => {
    const { home, log } = await rotatedLog();
    const before = segmentsOf(home.folder);
    const path = segmentPath(home.folder, Number.parseInt(before[1] as string, 10));
    writeFileSync(path, readFileSync(path, 'utf8').replace('host.test', 'host.tset'));
    await expect(applyRetention(depsOf(home, log))).rejects.toMatchObject({
      code: 'chain-damaged',
    });
    expect(segmentsOf(home.folder)).toEqual(before);
  });

  test('without the note that covers it', async () => {
    const { home, log } = await rotatedLog();
    const before = segmentsOf(home.folder);
    for (const name of before)
      rmSync(join(home.folder, 'chain', name.replace('jsonl', 'note')), { force: true });
    await applyRetention(depsOf(home, log));
    expect(segmentsOf(home.folder).slice(0, 3)).toEqual(before.slice(0, 3));
  });
});

describe('cut short', () => {
  /** The chain folder as it was when a step had been taken. */
  async function prunedWith(signed: boolean) {
    const { home, log } = await rotatedLog();
    const chain = join(home.folder, 'chain');
    const dead = {
      ...log,
      failure: undefined,
      signing: log.signing,
      rotate: log.rotate,
      signed: async () => signed && (await log.signed(10_000)) && false,
    };
    await applyRetention(depsOf(home, dead as SignedLog));
    return { home, log, chain };
  }

  test('after the line that announces it, the next look goes on', async () => {
    const { home, log, chain } = await prunedWith(true);
    const before = segmentsOf(home.folder);
    expect(before[0]).toMatch(/^0+\.jsonl$/);
    expect(await verifyChain(chain, { keys: home.keys })).toMatchObject({
      verdict: 'clean',
      first: 0,
    });
    await log.close();
    const again = await home.open();
    await again.log.settled();
    await again.log.signed(10_000);
    await applyRetention(depsOf(home, again.log, 0));
    expect(segmentsOf(home.folder)).toEqual(before.slice(3));
    await again.log.close();
    expect(await verifyChain(chain, { keys: home.keys })).toMatchObject({ verdict: 'clean' });
  });

  test('between two segments, the log opens, verifies, is proven, and the next look goes on', async () => {
    const { home, log, chain } = await prunedWith(true);
    const [zero, second] = segmentsOf(home.folder) as [string, string];
    rmSync(join(chain, zero.replace('jsonl', 'note')));
    rmSync(join(chain, zero));
    await log.close();
    const first = Number.parseInt(second, 10);
    expect(await verifyChain(chain, { keys: home.keys })).toMatchObject({
      verdict: 'clean',
      first,
    });
    const { tree } = await takeSnapshot(chain, home.folder, home.keys.log, {});
    const again = await home.open();
    await again.log.settled();
    await again.log.signed(10_000);
    await applyRetention(depsOf(home, again.log, 0));
    expect(Number.parseInt(segmentsOf(home.folder)[0] as string, 10)).toBe(tree.first);
    await again.log.close();
    expect(await verifyChain(chain, { keys: home.keys })).toMatchObject({ verdict: 'clean' });
  });
});

test('a beginning that no line says was removed is damage', async () => {
  const { home, log } = await rotatedLog();
  await log.close();
  rmSync(join(home.folder, 'chain', segmentsOf(home.folder)[0] as string));
  await expect(home.open()).rejects.toMatchObject({ code: 'chain-damaged' });
  expect(await verifyChain(join(home.folder, 'chain'), { keys: home.keys })).toMatchObject({
    verdict: 'incomplete',
  });
  expect(existsSync(join(home.folder, 'checkpoint'))).toBe(true);
});

describe('while the daemon runs', () => {
  /** A log that counts the looks at it, and refuses. */
  const lookedAt = (looks: string[], failure?: () => never) => ({
    logFolder: '',
    chainFolder: '',
    key: undefined as never,
    retention: DAY,
    now: Date.now,
    log: {
      get failure() {
        looks.push('look');
        return failure?.() ?? new Error('poisoned');
      },
    } as SignedLog,
  });

  test('looks a minute after the start, then once an hour, until it is closed', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const looks: string[] = [];
    const retention = startRetention(lookedAt(looks), () => {});
    await vi.advanceTimersByTimeAsync(59_000);
    expect(looks).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(looks).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(3 * 60 * 60_000);
    expect(looks).toHaveLength(4);
    await retention.close();
    await vi.advanceTimersByTimeAsync(3 * 60 * 60_000);
    expect(looks).toHaveLength(4);
  });

  test('tells what went wrong, and looks again', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const faults: unknown[] = [];
    const fault = new Error('no');
    const fail = (): never => {
      throw fault;
    };
    const retention = startRetention(lookedAt([], fail), (error) => faults.push(error));
    await vi.advanceTimersByTimeAsync(62_000 + 60 * 60_000);
    expect(faults).toEqual([fault, fault]);
    await retention.close();
  });
});

test('killed at any time, it leaves a log that verifies and goes on', async () => {
  const home = await signedHome();
  const chain = join(home.folder, 'chain');
  for (let round = 0; round < 8; round++) {
    const child = startChild('retain.mjs', [home.folder]);
    const ended = outputOf(child);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await sleep(round * 23);
    child.kill('SIGKILL');
    await ended;
    const { tampered, incomplete } = await verifyChain(chain, { keys: home.keys });
    expect({ tampered, missing: incomplete.filter((why) => why.includes('missing')) }).toEqual({
      missing: [],
    });
  }
  const { log, faults } = await home.open();
  await log.settled();
  await log.signed(10_000);
  await applyRetention(depsOf(home, log));
  await log.close();
  expect(faults).toEqual([]);
  const report = await verifyChain(chain, { keys: home.keys });
  expect(report).toMatchObject({ verdict: 'clean' });
  expect(report.first).toBeGreaterThan(0);
});

import { chmodSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLog } from '../../../lib/audit/log.ts';
import { serviceReach } from '../../../lib/audit/signer/reach.ts';
import { verifyChain } from '../../../lib/audit/verify.ts';
import { DEPS, segmentPath } from '../logs.ts';
import { lines, signedHome, typesOf, type Watched } from './rig.ts';

type Home = Awaited<ReturnType<typeof signedHome>>;

/** A log with `count` lines of its own, signed to its end and closed. */
async function written(count: number): Promise<Home> {
  const home = await signedHome();
  const { log } = await home.open();
  for (let n = 0; n < count; n++) await log.append('tunnel', { host: `h${n}.test`, port: n });
  await log.close();
  return home;
}

const verdictOf = async ({ folder, keys }: Home): Promise<unknown> =>
  verifyChain(join(folder, 'chain'), { keys });

/** Opens a log that must be refused, and sees that nothing of it is signed or changed. */
async function expectRefused(home: Home, message: RegExp, fix: RegExp): Promise<Watched> {
  const watched = await home.open();
  await watched.log.settled();
  expect(watched.log.failure).toMatchObject({
    code: 'audit-unavailable',
    message: expect.stringMatching(message),
    fix: expect.stringMatching(fix),
  });
  expect(watched.log.signing).toMatchObject({ state: 'refused', signatures: 0 });
  expect(watched.failures).toHaveLength(1);
  await expect(watched.log.append('redaction', {})).rejects.toMatchObject({
    code: 'audit-unavailable',
  });
  return watched;
}

describe('a log and its signer, at the start', () => {
  it('new: line 0 names the keys, all is signed when it is closed', async () => {
    const home = await written(3);
    expect(typesOf(home.folder)[0]).toBe('key');
    expect(lines(home.folder)[0]).toMatchObject({ origin: home.keys.log.name });
    expect(typesOf(home.folder).at(-1)).toBe('stop');
    expect(await verdictOf(home)).toMatchObject({ verdict: 'clean', unsigned_tail: 0 });
  });

  it('equal: goes on, without a word', async () => {
    const home = await written(2);
    const { log, failures } = await home.open();
    await log.settled();
    expect(log.signing).toMatchObject({ state: 'running' });
    expect(log.failure).toBeUndefined();
    await log.close();
    expect(failures).toEqual([]);
    expect(typesOf(home.folder)).not.toContain('recovered');
    expect(await verdictOf(home)).toMatchObject({ verdict: 'clean', unsigned_tail: 0 });
  });

  it('signer behind: the lines are read back and signed, and a line says so', async () => {
    const home = await written(2);
    const before = lines(home.folder).length;
    // As after a crash of both: lines that are durable and were not handed over.
    const unsigned = await openLog(home.folder, DEPS);
    for (let n = 0; n < 150; n++) await unsigned.append('tunnel', { host: 'h.test', port: n });
    await unsigned.close();
    const { log } = await home.open();
    await log.settled();
    expect(await log.signed(5000)).toBe(true);
    await log.close();
    const recovered = lines(home.folder).find((line) => line['line_type'] === 'recovered');
    expect(recovered).toMatchObject({
      signer_from: before,
      signer_to: before + 151,
      cause: 'behind',
    });
    expect(await verdictOf(home)).toMatchObject({ verdict: 'clean', unsigned_tail: 0 });
  });

  it('signer behind from its very first line on', async () => {
    const home = await signedHome();
    const { log } = await home.open({ reach: serviceReach(join(home.folder, 'none.sock')) });
    await log.append('tunnel', { host: 'h.test', port: 1 });
    await log.close();
    const again = await home.open();
    await again.log.settled();
    expect(again.log.signing.state).toBe('running');
    await again.log.close();
    expect(await verdictOf(home)).toMatchObject({ verdict: 'clean', unsigned_tail: 0 });
  });

  it('signer ahead: lines are missing, refused', async () => {
    const home = await written(5);
    const path = segmentPath(home.folder);
    const text = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, `${text.slice(0, 4).join('\n')}\n`);
    await expectRefused(home, /has signed \d+ lines .* there are 4: lines/, /backup.*--new-log/);
  });

  it('signer ahead and lines appended since: still refused', async () => {
    const home = await written(5);
    const path = segmentPath(home.folder);
    const text = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, `${text.slice(0, 4).join('\n')}\n`);
    const { log } = await expectRefused(home, /lines are missing/, /--new-log/);
    await log.append('refusal', { host: 'h.test', code: 'audit-unavailable' });
    await log.close();
    await expectRefused(home, /lines are missing/, /--new-log/);
  });

  it('forked: as many lines, other ones, refused', async () => {
    const home = await written(5);
    const other = await written(5);
    cpSync(join(other.folder, 'chain'), join(home.folder, 'chain'), { recursive: true });
    await expectRefused(home, /not those that the signer has signed/, /--new-log/);
  });

  it('forked: more lines, other ones, refused', async () => {
    const home = await written(2);
    const other = await written(20);
    cpSync(join(other.folder, 'chain'), join(home.folder, 'chain'), { recursive: true });
    await expectRefused(home, /not those that the signer has signed/, /--new-log/);
  });

  it("the signer's state is of an empty log, and the log began without it: refused", async () => {
    const home = await signedHome();
    const old = await openLog(home.folder, DEPS);
    await old.append('start', {});
    await old.close();
    await expectRefused(home, /signed none of them/, /signer's folder back.*--new-log/);
  });

  it('signing.pub is of another log: refused', async () => {
    const home = await written(1);
    const other = await written(1);
    rmSync(join(home.folder, 'signer'), { recursive: true });
    cpSync(join(other.folder, 'signer'), join(home.folder, 'signer'), { recursive: true });
    // Not every version of Node copies a folder's mode, and the signer refuses a looser one.
    chmodSync(join(home.folder, 'signer'), 0o700);
    await expectRefused(home, /other keys than signing\.pub/, /belong to this log/);
  });

  it('the keys are gone: silent, and refused when the time is over', async () => {
    const home = await written(1);
    rmSync(join(home.folder, 'signer', 'log.key'));
    const { log, failures } = await home.open({ timeout: 400 });
    await log.append('start', {});
    await log.settled();
    await expect.poll(() => failures.length, { timeout: 5000 }).toBe(1);
    // The time may be over before the signer's process has got as far as to say what it lacks.
    const told = (): string | undefined => log.failure?.message;
    await expect
      .poll(told, { timeout: 20_000 })
      .toMatch(/not been signed for .*log\.key is missing/);
    expect(log.failure).toMatchObject({
      code: 'audit-unavailable',
      fix: expect.stringMatching(/backup.*--new-log/),
    });
  });
});

import { chmodSync, cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../lib/audit/checkpoint.ts';
import { verifyChain } from '../../../lib/audit/verify.ts';
import { tempFolder } from '../logs.ts';
import { lines, signedHome, typesOf } from './rig.ts';

const tunnel = (n: number) => ({ host: `h${n}.test`, port: n });

describe('a log that is signed', () => {
  it('has checkpoints in the chain after so many lines, in a file, and kept ones', async () => {
    const { folder, keys, open } = await signedHome();
    const { log, faults } = await open({ lines: 10 });
    for (let n = 0; n < 45; n++) {
      await log.append('tunnel', tunnel(n));
      if (n % 10 === 9) await log.signed(5000);
    }
    await log.close();
    expect(faults).toEqual([]);
    const all = lines(folder);
    const checkpoints = all.filter((line) => line['line_type'] === 'checkpoint');
    expect(checkpoints.length).toBeGreaterThanOrEqual(4);
    for (const { seq, size, note } of checkpoints) {
      expect(Number(size)).toBeLessThanOrEqual(Number(seq));
      expect(openCheckpoint(String(note), keys.log)).toMatchObject({ size });
    }
    const latest = readFileSync(join(folder, 'checkpoint'), 'utf8');
    expect(openCheckpoint(latest, keys.log)).toMatchObject({ size: all.length });
    const sealed = readFileSync(join(folder, 'chain', `${'0'.repeat(20)}.note`), 'utf8');
    expect(openCheckpoint(sealed, keys.log)).toMatchObject({ size: all.length });
    const [day] = readdirSync(join(folder, 'checkpoints'));
    expect(readFileSync(join(folder, 'checkpoints', String(day)), 'utf8')).toContain(latest);
    expect(await verifyChain(join(folder, 'chain'), { keys })).toMatchObject({ verdict: 'clean' });
  });

  it('keeps a checkpoint of every sealed segment, whatever is appended meanwhile', async () => {
    const { folder, keys, open } = await signedHome();
    const { log } = await open();
    const work: Promise<number>[] = [];
    const seals: Promise<number>[] = [];
    for (let n = 0; n < 60; n++) {
      work.push(log.append('tunnel', tunnel(n)));
      if (n % 20 === 10) seals.push(log.rotate());
      if (n % 7 === 0) await sleep(1);
    }
    await Promise.all(work);
    const sizes = (await Promise.all(seals)).map((seq) => seq + 1);
    expect(await log.signed(5000)).toBe(true);
    await log.close();
    for (const [index, first] of [0, ...sizes].entries()) {
      const name = `${String(first).padStart(20, '0')}.note`;
      const note = readFileSync(join(folder, 'chain', name), 'utf8');
      const end = sizes[index] ?? log.head.length;
      expect(openCheckpoint(note, keys.log)).toMatchObject({ size: end });
    }
    expect(await verifyChain(join(folder, 'chain'), { keys })).toMatchObject({
      verdict: 'clean',
      unsigned_tail: 0,
    });
  });

  it('is signed again after a start, also where nothing has come since', async () => {
    const { keys, open } = await signedHome();
    const before = await open();
    await before.log.append('tunnel', tunnel(1));
    await before.log.close();
    const { log } = await open();
    expect(await log.signed(10_000)).toBe(true);
    expect(openCheckpoint(log.latest ?? '', keys.log)).toMatchObject({ size: log.head.length });
  });

  it('goes on when the signer is killed, again and again', async () => {
    const { folder, keys, open } = await signedHome();
    const { log, failures } = await open();
    for (let round = 0; round < 5; round++) {
      await log.append('tunnel', tunnel(round));
      await expect.poll(() => log.signing.state, { timeout: 5000 }).toBe('running');
      process.kill(log.signing.pid as number, 'SIGKILL');
      await expect.poll(() => log.signing.restarts, { timeout: 5000 }).toBe(round + 1);
      for (let n = 0; n < 20; n++) await log.append('tunnel', tunnel(n));
    }
    expect(await log.signed(5000)).toBe(true);
    await log.close();
    expect(failures).toEqual([]);
    expect(typesOf(folder)).not.toContain('recovered');
    expect(await verifyChain(join(folder, 'chain'), { keys })).toMatchObject({
      verdict: 'clean',
      unsigned_tail: 0,
    });
  });

  it('refuses what needs a signature while there is none in time, and recovers', async () => {
    const { folder, signer, keys, open } = await signedHome();
    const { log, failures } = await open({ timeout: 1500 });
    await log.append('start', {});
    expect(await log.signed(5000)).toBe(true);
    // The signer refuses to work with a key that others can read.
    chmodSync(join(signer, 'log.key'), 0o644);
    process.kill(log.signing.pid as number, 'SIGKILL');
    await log.append('redaction', { host: 'h.test', redactions: [], policy_hash: 'x' });
    await expect
      .poll(() => log.failure, { timeout: 5000 })
      .toMatchObject({
        code: 'audit-unavailable',
        message: expect.stringMatching(/not been signed for .*open to others/),
        fix: expect.stringMatching(/chmod 600/),
        details: { signer: 'silent' },
      });
    await expect(log.append('redaction', {})).rejects.toMatchObject({ code: 'audit-unavailable' });
    await expect(log.append('detokenization', {})).rejects.toMatchObject({
      code: 'audit-unavailable',
    });
    await log.append('refusal', { host: 'h.test', code: 'audit-unavailable' });
    chmodSync(join(signer, 'log.key'), 0o600);
    await expect.poll(() => log.failure, { timeout: 10_000 }).toBeUndefined();
    await log.append('redaction', { host: 'h.test', redactions: [], policy_hash: 'x' });
    await log.close();
    expect(failures.map((failure) => failure?.code)).toEqual(['audit-unavailable', undefined]);
    const recovered = lines(folder).filter((line) => line['line_type'] === 'recovered');
    expect(recovered).toMatchObject([{ cause: 'silent' }]);
    expect(await verifyChain(join(folder, 'chain'), { keys })).toMatchObject({
      verdict: 'clean',
      unsigned_tail: 0,
    });
  });

  it('coalesces bursts: far fewer signatures than lines', async () => {
    const { open } = await signedHome();
    const { log } = await open();
    await log.settled();
    await Promise.all(Array.from({ length: 3000 }, (_, n) => log.append('tunnel', tunnel(n))));
    expect(await log.signed(5000)).toBe(true);
    expect(log.signing.signatures).toBeLessThan(300);
    await log.close();
  });

  it('signs session manifests with the other key', async () => {
    const { keys, open } = await signedHome();
    const { log } = await open();
    await log.settled();
    const envelope = JSON.parse(await log.manifest(Buffer.from('{}')));
    expect(envelope.signatures[0].keyid).toBe(`${keys.manifest?.name}+${keys.manifest?.id}`);
    await log.close();
  });

  it('leaves no signer behind', async () => {
    const { open } = await signedHome();
    const { log } = await open();
    await log.append('start', {});
    expect(await log.signed(5000)).toBe(true);
    const { pid } = log.signing;
    await log.close();
    const isAlive = (): boolean => {
      try {
        return process.kill(pid as number, 0);
      } catch {
        return false;
      }
    };
    await expect.poll(isAlive, { timeout: 5000 }).toBe(false);
  });
});

describe('the chain folder alone', () => {
  it('is verified to its end, and a segment too, by the checkpoints beside the segments', async () => {
    const { folder, keys, open } = await signedHome();
    const { log } = await open();
    await log.append('tunnel', tunnel(1));
    const sealed = await log.rotate();
    await log.append('tunnel', tunnel(2));
    await log.close();
    const chain = join(tempFolder(), 'copy');
    cpSync(join(folder, 'chain'), chain, { recursive: true });
    const whole = await verifyChain(chain, { keys });
    expect(whole).toMatchObject({ verdict: 'clean', unsigned_tail: 0 });
    const segment = join(chain, `${'0'.repeat(20)}.jsonl`);
    expect(await verifyChain(segment, { keys })).toMatchObject({
      verdict: 'clean',
      signed_through: sealed,
    });
    // Its last line is gone, and with it the end that was signed.
    const last = join(chain, `${String(sealed + 1).padStart(20, '0')}.jsonl`);
    writeFileSync(last, `${readFileSync(last, 'utf8').split('\n').slice(0, -2).join('\n')}\n`);
    expect(await verifyChain(chain, { keys })).toMatchObject({ verdict: 'tampered' });
    writeFileSync(last.replace('jsonl', 'note'), 'nobody signed this\n\n— nobody AAAAAAA=\n');
    expect(await verifyChain(chain, { keys })).toMatchObject({ verdict: 'tampered' });
  });
});

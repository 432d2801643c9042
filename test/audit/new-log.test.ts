import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../../lib/audit/create.ts';
import { openHomeLog } from '../../lib/audit/home-log.ts';
import { lockLog } from '../../lib/audit/lock.ts';
import { beginNewLog } from '../../lib/audit/new-log.ts';
import { readPublicKeys } from '../../lib/audit/public-keys.ts';
import { createSigner } from '../../lib/audit/signer/keys.ts';
import { verifyChain } from '../../lib/audit/verify.ts';
import { DEFAULT_SETTINGS } from '../../lib/config/defaults.ts';
import { filesOf } from '../../lib/config/files.ts';
import { resolveHomes } from '../../lib/config/homes.ts';
import type { Homes } from '../../lib/config/types.ts';
import { dialDirectly } from '../../lib/proxy/dial.ts';
import { tempFolder } from './logs.ts';
import { lines } from './signing/rig.ts';

const NOW = new Date('2026-01-02T03:04:05.678Z');

let homes: Homes;

beforeEach(() => {
  homes = resolveHomes({ WATERWALL_HOME: tempFolder() }, { uid: undefined, etcReadable: false });
  for (const folder of [homes.config, homes.log, homes.run]) mkdirSync(folder, { mode: 0o700 });
});

/** Opens the log of the home, writes some lines, closes it. */
async function write(): Promise<void> {
  const log = await openHomeLog(homes, DEFAULT_SETTINGS.audit, {
    connect: dialDirectly,
    onPoison() {},
    onSigner() {},
    onFault() {},
  });
  await log.settled();
  for (let n = 0; n < 3; n++) await log.append('tunnel', { host: 'h.test', port: n });
  await log.close();
}

async function makeHome(): Promise<void> {
  const { signer, signingPublicKey } = filesOf(homes);
  writeFileSync(signingPublicKey, createSigner(signer));
  await createLog(homes.log);
  await write();
}

const verdict = async (chain: string, pub: string) =>
  verifyChain(chain, { keys: await readPublicKeys(pub) });

describe('a new log in place of another', () => {
  it('names the old one, which stays as it was and verifies', async () => {
    await makeHome();
    const { signingPublicKey, chain } = filesOf(homes);
    const old = { lines: lines(homes.log), keys: await readPublicKeys(signingPublicKey) };
    const { closed } = await beginNewLog(homes, NOW, false);
    await write();
    expect(lines(closed)).toEqual(old.lines);
    const [first] = lines(homes.log);
    expect(first).toMatchObject({
      line_type: 'key',
      previous: {
        origin: old.keys.log.name,
        length: old.lines.length,
        checkpoint: readFileSync(join(closed, 'checkpoint'), 'utf8'),
        folder: `closed/${basename(closed)}`,
      },
    });
    expect(first?.['origin']).not.toBe(old.keys.log.name);
    expect(await verdict(chain, signingPublicKey)).toMatchObject({ verdict: 'clean' });
    expect(await verdict(join(closed, 'chain'), join(closed, 'signing.pub'))).toMatchObject({
      verdict: 'clean',
    });
  });

  it.each([
    ['a log without keys, of an earlier version', ['signer', '../etc/signing.pub', 'checkpoint']],
    ['a log whose chain is lost', ['chain']],
    ['a log whose signer is lost', ['signer']],
  ])('goes on after %s', async (_, missing) => {
    await makeHome();
    for (const name of missing) rmSync(join(homes.log, name), { recursive: true });
    await beginNewLog(homes, NOW, false);
    await write();
    const { chain, signingPublicKey } = filesOf(homes);
    expect(await verdict(chain, signingPublicKey)).toMatchObject({ verdict: 'clean' });
    expect(lines(homes.log)[0]).toHaveProperty('previous');
  });

  it('goes on after a chain that is damaged, and leaves the damage to be seen', async () => {
    await makeHome();
    const { chain, signingPublicKey } = filesOf(homes);
    const segment = join(chain, `${'0'.repeat(20)}.jsonl`);
    writeFileSync(segment, readFileSync(segment, 'utf8').replace('h.test', 'x.test'));
    const { closed } = await beginNewLog(homes, NOW, false);
    await write();
    expect(await verdict(chain, signingPublicKey)).toMatchObject({ verdict: 'clean' });
    expect(await verdict(join(closed, 'chain'), join(closed, 'signing.pub'))).toMatchObject({
      verdict: 'tampered',
    });
    expect(lines(homes.log)[0]?.['previous']).not.toHaveProperty('head');
  });

  it('is not begun while somebody writes the old one', async () => {
    await makeHome();
    const lock = await lockLog(homes.log);
    await expect(beginNewLog(homes, NOW, false)).rejects.toMatchObject({ code: 'already-running' });
    await lock.release();
    expect(existsSync(join(homes.log, 'closed'))).toBe(false);
  });

  it('makes no keys for a signer of its own', async () => {
    await makeHome();
    const { made } = await beginNewLog(homes, NOW, true);
    const { chain, signer, signingPublicKey } = filesOf(homes);
    expect(made).toEqual([chain]);
    expect([signer, signingPublicKey].filter((path) => existsSync(path))).toEqual([]);
  });

  it('is finished by the next call, wherever it was cut short', async () => {
    await makeHome();
    const whole = tempFolder();
    cpSync(join(homes.config, '..'), whole, { recursive: true });
    const { signingPublicKey, signer, chain } = filesOf(homes);
    const origin = (await readPublicKeys(signingPublicKey)).log.name;
    const pending = join(homes.log, 'closed', 'then.new');
    const move = (name: string): void => {
      cpSync(join(homes.log, name), join(pending, name), { recursive: true });
      rmSync(join(homes.log, name), { recursive: true });
    };
    const cuts: Record<string, () => void> = {
      'before anything was moved': () => mkdirSync(pending, { recursive: true }),
      'after the chain was moved': () => {
        mkdirSync(pending, { recursive: true });
        writeFileSync(
          join(pending, 'closed.json'),
          JSON.stringify({ origin, folder: 'closed/then' }),
        );
        move('chain');
      },
      'after all was moved and named': () => {
        const done = join(homes.log, 'closed', 'then');
        mkdirSync(done, { recursive: true });
        writeFileSync(join(done, 'closed.json'), JSON.stringify({ origin, folder: 'closed/then' }));
        for (const path of [chain, signer, signingPublicKey, join(homes.log, 'checkpoint')]) {
          rmSync(path, { recursive: true });
        }
      },
      'after the keys were made': () => {
        cuts['after all was moved and named']?.();
        createSigner(signer);
      },
    };
    for (const [name, cut] of Object.entries(cuts)) {
      rmSync(homes.log, { recursive: true });
      cpSync(join(whole, 'log'), homes.log, { recursive: true });
      cpSync(join(whole, 'etc'), homes.config, { recursive: true });
      cut();
      await beginNewLog(homes, new Date(NOW.getTime() + 1), false);
      await write();
      expect(lines(homes.log)[0], name).toMatchObject({ previous: { origin } });
      expect(await verdict(chain, signingPublicKey), name).toMatchObject({ verdict: 'clean' });
    }
  });
});

import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGunzip, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { BATCH_FILES } from '../../../lib/audit/evidence/batches.ts';
import { exportEvidence } from '../../../lib/audit/evidence/export.ts';
import {
  entryBytes,
  readTar,
  TAR_END,
  tarHeader,
  tarPadding,
} from '../../../lib/audit/evidence/tar.ts';
import { verifyEvidence } from '../../../lib/audit/evidence/verify.ts';
import { formatPublicKeys } from '../../../lib/audit/public-keys.ts';
import { PYTHON, VERIFY_PY } from '../../e2e/support/verdicts.ts';
import { tempFolder } from '../logs.ts';
import { KEYS, type MadeLine, redaction, sign, signedChain, sourcesIn } from './signed-chain.ts';

const T0 = Date.UTC(2026, 0, 2);

async function exported(folder: string, range: { since?: number; until?: number } = {}) {
  const out = join(tempFolder(), 'bundle.tar.gz');
  const report = await exportEvidence(sourcesIn(folder), { ...range, out, sign });
  return { out, report };
}

/** Both verifiers' exit codes. */
async function verdicts(bundle: string): Promise<readonly unknown[]> {
  const { verdict } = await verifyEvidence(bundle, KEYS);
  if (!PYTHON) return [verdict, 0];
  const pubkey = join(tempFolder(), 'signing.pub');
  writeFileSync(pubkey, formatPublicKeys(KEYS));
  return [verdict, spawnSync('python3', ['-B', VERIFY_PY, bundle, '--pubkey', pubkey]).status];
}

test('more receipts than one batch lists: a bundle that both verifiers and sha256sum take', async () => {
  const lines = Array.from({ length: BATCH_FILES + 100 }, (_, at) => redaction(T0 + at));
  const { folder } = signedChain(lines, 1000);
  const { out, report } = await exported(folder);
  expect(report).toMatchObject({ receipts: BATCH_FILES + 100, lines: BATCH_FILES + 104 });
  expect(await verdicts(out)).toEqual(['clean', 0]);
  const unpacked = tempFolder();
  execFileSync('tar', ['xzf', out, '-C', unpacked]);
  const names = readdirSync(join(unpacked, 'receipts'));
  expect(names).toHaveLength(BATCH_FILES + 102);
  const batches = names.filter((name) => name.endsWith('.batch'));
  expect(batches).toHaveLength(2);
  for (const batch of batches) {
    execFileSync('sha256sum', ['--strict', '--quiet', '-c', join('receipts', batch)], {
      cwd: unpacked,
    });
  }
});

describe('a range', () => {
  // The clock is put back twice; lines of one moment, a rotation and a run without redactions.
  const steps = (at: number): number =>
    T0 + at * 1000 - (at > 150 ? 40_000 : 0) - (at > 300 ? 90_500 : 0);
  const lines = Array.from({ length: 500 }, (_, at): MadeLine => {
    if (at === 200 || at === 201) return { type: 'rotation', ts: steps(at) };
    if (at > 350 && at < 420) return { type: 'tunnel', ts: steps(350), fields: { host: 'h' } };
    return redaction(steps(at), String(at).padStart(16, '0'));
  });
  test.each([
    [0, 500],
    [0, 0],
    [100, 120],
    [140, 160],
    [155, 158],
    [199, 203],
    [290, 310],
    [355, 400],
    [480, 499],
    [499, 600],
  ])('from second %i to %i is what the specification says', async (from, to) => {
    const { folder, times } = signedChain(lines, 30);
    const range = { since: T0 + from * 1000, until: T0 + to * 1000 };
    const first = times.findIndex((ts) => ts >= range.since);
    const last = times.findLastIndex((ts) => ts <= range.until);
    if (first < 0 || first > last) {
      await expect(exported(folder, range)).rejects.toMatchObject({ code: 'usage' });
      return;
    }
    const { out, report } = await exported(folder, range);
    expect(report).toMatchObject({ first, last });
    expect(await verdicts(out)).toEqual(['clean', 0]);
  });

  test.each([[{ since: T0 + 250_000 }], [{ until: T0 + 50_000 }], [{}]])(
    'that is open, %j',
    async (range) => {
      const { folder, times } = signedChain(lines, 30);
      const { out, report } = await exported(folder, range);
      expect(report.first).toBe(
        'since' in range ? times.findIndex((ts) => ts >= (range.since as number)) : 0,
      );
      expect(await verdicts(out)).toEqual(['clean', 0]);
    },
  );

  test('what lies before it is not read closely; what lies in it is', async () => {
    const { folder, chain } = signedChain(lines, 30);
    const path = join(chain, readdirSync(chain)[0] as string);
    const before = readFileSync(path, 'utf8');
    writeFileSync(path, before.replace('"hmac":"0000000000000005"', '"hmac":"1111111111111111"'));
    const { out } = await exported(folder, { since: T0 + 120_000 });
    expect(await verdicts(out)).toEqual(['clean', 0]);
    await expect(exported(folder)).rejects.toMatchObject({ code: 'chain-damaged' });
    const late = { until: T0 + 20_000 };
    await expect(exported(folder, late)).rejects.toMatchObject({ code: 'chain-damaged' });
  });
});

describe('a signed list', () => {
  /** Exports what a signer would sign that lists these batches instead. */
  async function relisted(change: (batch: string) => string): Promise<string> {
    const { folder } = signedChain(
      [1, 2, 3].map((at) => redaction(T0 + at)),
      100,
    );
    const { out } = await exported(folder);
    const files: { name: string; bytes: Buffer }[] = [];
    const unpacked = createReadStream(out).pipe(createGunzip());
    for await (const entry of readTar(unpacked as AsyncIterable<Buffer>)) {
      files.push({ name: entry.name, bytes: await entryBytes(entry, 1e8) });
    }
    const batch = files.find(({ name }) => name.endsWith('.batch'));
    if (batch === undefined) throw new Error('no batch');
    const was = createHash('sha256').update(batch.bytes).digest('hex');
    batch.bytes = Buffer.from(change(batch.bytes.toString()));
    const is = createHash('sha256').update(batch.bytes).digest('hex');
    const [list] = files;
    if (list === undefined) throw new Error('no list');
    const { payload } = JSON.parse(list.bytes.toString()) as { payload: string };
    const text = Buffer.from(payload, 'base64').toString().replace(was, is);
    list.bytes = Buffer.from(await sign(Buffer.from(text)));
    const parts = files.flatMap(({ name, bytes }) => [
      tarHeader(name, bytes.length),
      bytes,
      tarPadding(bytes.length),
    ]);
    writeFileSync(out, gzipSync(Buffer.concat([...parts, TAR_END])));
    return out;
  }

  test('whose batch is as it was verifies', async () => {
    expect(await verdicts(await relisted((batch) => batch))).toEqual(['clean', 0]);
  });

  test.each<[string, (batch: string) => string]>([
    ['another hash', (batch) => batch.replace(/[0-9a-f]{64}/, '0'.repeat(64))],
    ['a file less', (batch) => batch.slice(batch.indexOf('\n') + 1)],
    [
      'a file more',
      (batch) => `${batch}${'0'.repeat(64)}  receipts/${'9'.repeat(20)}.tlog-proof\n`,
    ],
    ['a file twice', (batch) => batch + batch],
    ['nothing', () => ''],
  ])('whose batch lists %s does not', async (_, change) => {
    expect(await verdicts(await relisted(change))).toEqual(['tampered', PYTHON ? 1 : 0]);
  });
});

import { copyFileSync, cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { type Transcript, waterwall } from '../cli/transcript.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { startProvider } from '../support/provider.ts';
import { makeSecret } from '../support/secrets.ts';
import { verdicts } from './support/verdicts.ts';

/** Lines are written until so many keys have taken over. */
async function epochs(daemon: Daemon, count: number): Promise<void> {
  const epoch = async (): Promise<number> =>
    ((await daemon.admin('GET', '/admin/state')).json() as { signer: { key_epoch: number } }).signer
      .key_epoch;
  for (let seed = 1; (await epoch()) < count; seed++) {
    const content = makeSecret('AWS_ACCESS_KEY', seed);
    await daemon.ask({ path: '/v1/messages', body: { messages: [{ role: 'user', content }] } });
    await sleep(100);
  }
}

test('keys follow one another while the proxy works: log, receipts and bundles verify with the first one', async () => {
  const provider = await startProvider();
  const config = { audit: { key_epoch: '1s' } };
  let daemon = await startDaemon({ provider, config });
  const out = mkdtempSync(join(tmpdir(), 'waterwall-epochs-'));
  onTestFinished(async () => {
    await daemon.dispose();
    await provider.close();
    rmSync(out, { recursive: true, force: true });
  });
  const { home } = daemon;
  const chain = join(home, 'log', 'chain');
  const pubkey = join(out, 'signing.pub');
  copyFileSync(join(home, 'etc', 'signing.pub'), pubkey);
  const ours = (...args: string[]): Promise<Transcript> => waterwall(args, { home });

  await epochs(daemon, 2);
  expect((await ours('verify-chain')).code).toBe(0);
  expect((await ours('rotate-chain')).code).toBe(0);
  await epochs(daemon, 3);
  await daemon.stop('SIGKILL');
  daemon = await startDaemon({ home });
  await epochs(daemon, 4);
  expect((await ours('verify-install')).code).toBe(0);
  const bundle = join(out, 'bundle.tar.gz');
  expect((await ours('export-evidence', '-o', bundle)).code).toBe(0);
  expect(await verdicts(bundle, pubkey)).toEqual([0, 0]);
  await daemon.stop();
  expect((await ours('verify-chain')).code).toBe(0);
  expect(readdirSync(join(home, 'log', 'signer'))).not.toContain('next.key');

  const copy = join(out, 'chain');
  cpSync(chain, copy, { recursive: true });
  expect((await waterwall(['verify-chain', copy, '--pubkey', pubkey])).code).toBe(0);
  const lines = await daemon.chain();
  expect(lines.filter((line) => line['line_type'] === 'key').length).toBeGreaterThan(4);
  const last = lines.findLast((line) => line['line_type'] === 'redaction')?.['seq'];
  const receipt = join(out, 'receipt.tlog-proof');
  writeFileSync(receipt, (await ours('receipt', String(last))).stdout);
  const outside = ['verify-receipt', receipt, '--pubkey', pubkey];
  expect((await ours('verify-receipt', receipt)).code).toBe(0);
  expect((await waterwall([...outside, '--epochs', copy])).code).toBe(0);
  expect((await waterwall(outside)).code).toBe(1);

  expect((await ours('init', '--new-log')).code).toBe(0);
  const closed = join(home, 'log', 'closed');
  const old = join(closed, readdirSync(closed)[0] as string, 'chain');
  expect((await waterwall(['verify-chain', old, '--pubkey', pubkey])).code).toBe(0);
  expect(readdirSync(chain).filter((name) => name.endsWith('.tlog-proof'))).toEqual([]);
}, 120_000);

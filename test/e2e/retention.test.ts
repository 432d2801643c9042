import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Transcript, waterwall } from '../cli/transcript.ts';
import type { ChainLine } from '../support/chain.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { startProvider } from '../support/provider.ts';
import { makeSecret } from '../support/secrets.ts';
import { until } from '../support/until.ts';
import { PYTHON, VERIFY_PY, verdicts } from './support/verdicts.ts';

const CLOCK = new URL('retention-clock.mjs', import.meta.url).href;
const PATIENT = { timeout: 20_000 };

async function talk(daemon: Daemon, session: string): Promise<void> {
  for (const seed of [1, 2, 3]) {
    const headers = { 'x-claude-code-session-id': session, 'x-client-request-id': `${seed}` };
    const content = makeSecret('AWS_ACCESS_KEY', seed);
    const body = { messages: [{ role: 'user', content }] };
    const answer = await daemon.ask({ path: '/v1/messages', headers, body });
    expect(answer.status).toBe(200);
  }
}

const redactionOf = (lines: readonly ChainLine[], session: string): number =>
  lines.find((line) => line.line_type === 'redaction' && line['session'] === session)
    ?.seq as number;

test('a daemon removes what is older than the retention; what was exported before still verifies', async () => {
  const provider = await startProvider();
  const daemon = await startDaemon({
    provider,
    config: { audit: { retention: '1d' } },
    env: { NODE_OPTIONS: `--import=${CLOCK}` },
  });
  const { home } = daemon;
  const out = mkdtempSync(join(tmpdir(), 'waterwall-retention-'));
  onTestFinished(async () => {
    await daemon.dispose();
    await provider.close();
    rmSync(out, { recursive: true, force: true });
  });
  const pubkey = join(out, 'signing.pub');
  copyFileSync(join(home, 'etc', 'signing.pub'), pubkey);
  const chain = join(home, 'log', 'chain');
  const run = (...args: string[]): Promise<Transcript> => waterwall(args, { home });
  const file = (name: string): string => join(out, name);
  const expectVerified = async (): Promise<void> => {
    const { code, stdout } = await run('verify-chain', chain, '--pubkey', pubkey, '--json');
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { verdict: 'clean', incomplete: [] }]);
    if (!PYTHON) return;
    const python = spawnSync('python3', ['-B', VERIFY_PY, chain, '--pubkey', pubkey]);
    expect(python.status, String(python.stdout)).toBe(0);
  };

  await talk(daemon, 'old');
  expect((await run('rotate-chain')).code).toBe(0);
  await talk(daemon, 'young');
  const before = await daemon.chain();
  const [old, young] = [redactionOf(before, 'old'), redactionOf(before, 'young')];
  expect((await run('receipt', `${old}`, '-o', file('old.tlog-proof'))).code).toBe(0);
  expect((await run('export-evidence', '-o', file('before.tar.gz'))).code).toBe(0);
  await expectVerified();
  const note = file('known.note');
  copyFileSync(join(home, 'log', 'checkpoint'), note);

  process.kill(daemon.pid, 'SIGUSR2');
  const announced = await daemon.waitForLine((line) => line['pruned'] !== undefined);
  await until(() => !readdirSync(chain).includes(`${'0'.repeat(20)}.jsonl`), PATIENT);
  const sealed = before.find(({ line_type }) => line_type === 'rotation')?.seq as number;
  expect(announced).toMatchObject({
    line_type: 'rotation',
    pruned: { first: 0, last: sealed },
  });
  const rest = await daemon.chain();
  expect(rest[0]?.seq).toBe(sealed + 1);
  await talk(daemon, 'later');
  expect((await daemon.admin('GET', '/healthz')).status).toBe(200);
  await expectVerified();

  // What is behind the border: proven by what was taken before, and by nothing that is made now.
  const receipt = await run('verify-receipt', file('old.tlog-proof'), '--pubkey', pubkey);
  expect(receipt.code, receipt.stderr).toBe(0);
  expect(await verdicts(file('before.tar.gz'), pubkey)).toEqual([0, 0]);
  const late = await run('receipt', `${old}`);
  expect([late.code, late.stdout]).toEqual([2, '']);
  expect(late.stderr).toContain(`line ${old} was removed when its time was over (audit.retention)`);
  const oldTime = String(before.at(sealed)?.['ts']);
  const gone = await run('export-evidence', '-o', file('late.tar.gz'), '--until', oldTime);
  expect(gone.code).toBe(2);
  expect(gone.stderr).toContain(
    `those before line ${sealed + 1} were removed when their time was over (audit.retention)`,
  );
  expect((await run('receipt', `${young}`)).code).toBe(0);
  expect((await run('export-evidence', '-o', file('after.tar.gz'))).code).toBe(0);
  expect(await verdicts(file('after.tar.gz'), pubkey)).toEqual([0, 0]);

  // A checkpoint that somebody kept before the removal is still one of this log.
  expect((await daemon.stop()).code).toBe(0);
  expect((await run('verify-chain', chain, '--pubkey', pubkey, '--known', note)).code).toBe(0);
  await expectVerified();
}, 90_000);

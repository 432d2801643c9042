import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { createCommands } from '../../tui/feed/commands.ts';
import type { Message } from '../../tui/model/message.ts';
import { conforming } from '../cli/schema.ts';
import { waterwall } from '../cli/transcript.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { startProvider } from '../support/provider.ts';
import { makeSecret } from '../support/secrets.ts';
import { until } from '../support/until.ts';
import { PYTHON, verdicts } from './support/verdicts.ts';

const run = promisify(execFile);

const KNOWN = 'planted-known-secret-8841';
const ALLOWED = 'planted-allowed-value-7733';
const SECRETS = [1, 2, 3].map((seed) => makeSecret('AWS_ACCESS_KEY', seed));

async function serving(): Promise<{ daemon: Daemon; out: string; pubkey: string }> {
  const provider = await startProvider();
  const files = {
    'known_secrets.yaml': `values: [{ type: DB_PASSWORD, value: ${KNOWN} }]\n`,
    'patterns.yaml': `allow: [${ALLOWED}]\n`,
  };
  const daemon = await startDaemon({ provider, files });
  const out = mkdtempSync(join(tmpdir(), 'waterwall-evidence-'));
  onTestFinished(async () => {
    await daemon.dispose();
    await provider.close();
    rmSync(out, { recursive: true, force: true });
  });
  const pubkey = join(out, 'signing.pub');
  copyFileSync(join(daemon.home, 'etc', 'signing.pub'), pubkey);
  return { daemon, out, pubkey };
}

async function talk(daemon: Daemon, session: string, requests = SECRETS.length): Promise<void> {
  for (let at = 0; at < requests; at++) {
    const content = `${SECRETS[at % SECRETS.length]} ${KNOWN} ${ALLOWED}`;
    await daemon.ask({
      path: '/v1/messages',
      headers: { 'x-claude-code-session-id': session, 'x-client-request-id': `${session}-${at}` },
      body: { messages: [{ role: 'user', content }] },
    });
  }
}

test('where the proxy cannot keep a bundle it says so, and the next export is not held up', async () => {
  const { daemon, out } = await serving();
  const home = { home: daemon.home };
  const folder = join(daemon.home, 'log', 'exports');
  writeFileSync(folder, '');
  const bundle = join(out, 'one.tar.gz');
  const { code, stderr } = await waterwall(['export-evidence', '-o', bundle], home);
  expect(code).toBe(2);
  expect(stderr).toContain(`${folder} cannot be made (EEXIST)`);
  rmSync(folder);
  expect((await waterwall(['export-evidence', '-o', bundle], home)).code).toBe(0);
});

test('a bundle of a running proxy holds everything, is the same again, and holds no secret', async () => {
  const { daemon, out, pubkey } = await serving();
  await talk(daemon, '../../session-a');
  const bundle = join(out, 'one.tar.gz');
  const { code, stdout } = await waterwall(['export-evidence', '-o', bundle, '--json'], {
    home: daemon.home,
  });
  expect(code).toBe(0);
  expect(conforming('cli-export-evidence', stdout)).toMatchObject({ out: bundle, first: 0 });
  expect(await verdicts(bundle, pubkey)).toEqual([0, 0]);
  const inside = gunzipSync(readFileSync(bundle)).toString('latin1');
  for (const secret of [...SECRETS, KNOWN, ALLOWED]) expect(inside).not.toContain(secret);
  for (const key of ['session.key', 'ca.key']) {
    const bytes = readFileSync(join(daemon.home, 'etc', key));
    expect(inside.includes(bytes.toString('latin1').trim())).toBe(false);
  }
  const again = join(out, 'two.tar.gz');
  await daemon.admin('POST', '/admin/export-evidence', { out: again });
  expect(readFileSync(again).equals(readFileSync(bundle))).toBe(true);
});

test('a stop ends the sessions: their manifests are in the log and in its bundle', async () => {
  const { daemon, out, pubkey } = await serving();
  await Promise.all([talk(daemon, 'session-a'), talk(daemon, 'session-b', 5)]);
  await daemon.stop();
  const manifests = readdirSync(join(daemon.home, 'log', 'manifests'));
  expect(manifests).toHaveLength(2);
  expect((await daemon.chain()).filter((line) => line['line_type'] === 'manifest')).toHaveLength(2);
  const chain = join(daemon.home, 'log', 'chain');
  expect((await waterwall(['verify-chain', chain, '--pubkey', pubkey])).code).toBe(0);
  const bundle = join(out, 'stopped.tar.gz');
  const { stdout } = await waterwall(['export-evidence', '-o', bundle, '--json'], {
    home: daemon.home,
  });
  expect(JSON.parse(stdout)).toMatchObject({ manifests: 2 });
  expect(await verdicts(bundle, pubkey)).toEqual([0, 0]);
});

test('the log goes on while it is exported', async () => {
  const { daemon, out, pubkey } = await serving();
  await talk(daemon, 'before', 5);
  let going = true;
  const load = (async () => {
    while (going) await talk(daemon, 'meanwhile', 3);
  })();
  const bundles = ['one', 'two', 'three'].map((name) => join(out, `${name}.tar.gz`));
  for (const bundle of bundles) {
    const answer = await daemon.admin('POST', '/admin/export-evidence', { out: bundle });
    expect(answer.status).toBe(200);
  }
  going = false;
  await load;
  for (const bundle of bundles) expect(await verdicts(bundle, pubkey)).toEqual([0, 0]);
});

test('an outsider verifies with what is in the bundle, python and openssl', async ({ skip }) => {
  if (!PYTHON) skip();
  const { daemon, out, pubkey } = await serving();
  await talk(daemon, 'session-a');
  const bundle = join(out, 'bundle.tar.gz');
  await daemon.admin('POST', '/admin/export-evidence', { out: bundle });
  await run('tar', ['xzf', bundle, '-C', out]);
  const { stdout } = await run('python3', [
    '-B',
    join(out, 'verify.py'),
    bundle,
    '--pubkey',
    pubkey,
  ]);
  expect(stdout).toContain('clean');
  const receipts = readdirSync(join(out, 'receipts')).filter((name) => name.endsWith('-proof'));
  expect(receipts.length).toBeGreaterThanOrEqual(3);
  for (const receipt of receipts) {
    const path = join(out, 'receipts', receipt);
    const { code, stdout: json } = await waterwall([
      'verify-receipt',
      path,
      '--pubkey',
      pubkey,
      '--json',
    ]);
    expect(code).toBe(0);
    conforming('cli-verify-receipt', json);
  }
});

test('a range of days, a receipt of a line, and what there is not', async () => {
  const { daemon, out, pubkey } = await serving();
  await talk(daemon, 'session-a');
  const today = new Date().toISOString().slice(0, 10);
  const home = daemon.home;
  const bundle = join(out, 'today.tar.gz');
  const args = ['export-evidence', '-o', bundle, '--since', today, '--until', today];
  expect((await waterwall(args, { home })).code).toBe(0);
  expect(await verdicts(bundle, pubkey)).toEqual([0, 0]);
  const there = await waterwall(args, { home });
  expect([there.code, there.stderr]).toEqual([2, expect.stringContaining('is there already')]);
  const never = await waterwall(
    ['export-evidence', '-o', join(out, 'no'), '--until', '2001-01-01'],
    { home },
  );
  expect([never.code, never.stderr]).toEqual([2, expect.stringContaining('no signed line')]);
  const noDay = await daemon.admin('POST', '/admin/export-evidence', {
    out: join(out, 'no'),
    since: 'soon',
  });
  expect(noDay.status).toBe(400);
  expect(existsSync(join(out, 'no'))).toBe(false);
  const { stdout } = await waterwall(['receipt', '2', '--json'], { home });
  expect(conforming('cli-receipt', stdout)).toMatchObject({ seq: 2 });
  const past = await waterwall(['receipt', '999999'], { home });
  expect([past.code, past.stderr]).toEqual([2, expect.stringContaining('not there')]);
});

test('the file is of who asks for it, also where the daemon may not write; it is handed over once', async () => {
  const { daemon, out } = await serving();
  await talk(daemon, 'session-a');
  const { home } = daemon;
  const bundle = join(out, 'one.tar.gz');
  const args = ['export-evidence', '-o', bundle];
  expect((await waterwall(args, { home })).code).toBe(0);
  expect(statSync(bundle).mode & 0o777).toBe(0o600);
  expect(readdirSync(out).sort()).toEqual(['one.tar.gz', 'signing.pub']);
  expect(readdirSync(join(home, 'log', 'exports'))).toEqual([]);
  writeFileSync(bundle, 'mine');
  expect((await waterwall(args, { home })).stderr).toContain('is there already');
  expect(readFileSync(bundle, 'utf8')).toBe('mine');
  expect((await waterwall([...args, '--overwrite'], { home })).code).toBe(0);
  expect(readFileSync(bundle).length).toBeGreaterThan(1000);
  const nowhere = await waterwall(['export-evidence', '-o', join(out, 'no', 'b')], { home });
  expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining('cannot be written')]);

  const wish = { out: '/nowhere/of-the-daemon.tar.gz', hand_over: true };
  const made = await daemon.admin('POST', '/admin/export-evidence', wish);
  const { bundle: id, bytes } = made.json() as { bundle: string; bytes: number };
  const path = `/admin/evidence-bundle?id=${id}`;
  const given = await daemon.admin('GET', path);
  expect(given.status).toBe(200);
  expect(bytes).toBeGreaterThan(1000);
  expect((await daemon.admin('GET', path)).status).toBe(404);
  expect((await daemon.admin('GET', '/admin/evidence-bundle?id=../../etc/ca.key')).status).toBe(
    404,
  );
  expect(readdirSync(join(home, 'log', 'exports'))).toEqual([]);
});

test('the dashboard writes the file itself too, and one that is broken off leaves none', async () => {
  const { daemon, out, pubkey } = await serving();
  await talk(daemon, 'session-a');
  const told: Message[] = [];
  const commands = createCommands({ run: join(daemon.home, 'run') }, false, (message) =>
    told.push(message),
  );
  onTestFinished(commands.close);
  const answer = async (count: number): Promise<unknown> => {
    const exported = (): Message[] => told.filter(({ type }) => type === 'exported');
    await until(() => exported().length === count, { timeout: 20_000 });
    return exported().at(-1);
  };
  const bundle = join(out, 'one.tar.gz');
  commands.run({ kind: 'export', body: { out: bundle } });
  expect(await answer(1)).toMatchObject({ answer: { ok: true, body: { out: bundle, first: 0 } } });
  expect(told.some(({ type }) => type === 'export-progress')).toBe(true);
  expect(await verdicts(bundle, pubkey)).toEqual([0, 0]);
  commands.run({ kind: 'export', body: { out: bundle } });
  expect(await answer(2)).toMatchObject({ answer: { ok: false, error: { code: 'file-exists' } } });
  commands.run({ kind: 'export', body: { out: bundle, overwrite: true } });
  expect(await answer(3)).toMatchObject({ answer: { ok: true } });

  commands.run({ kind: 'export', body: { out: join(out, 'two.tar.gz') } });
  await until(() => readdirSync(out).some((name) => name.endsWith('.tmp')));
  commands.run({ kind: 'cancel', what: 'export' });
  await until(() => !readdirSync(out).some((name) => name.endsWith('.tmp')));
  expect(readdirSync(out).sort()).toEqual(['one.tar.gz', 'signing.pub']);
  expect(told.filter(({ type }) => type === 'exported')).toHaveLength(3);
});

test('a client that goes away while it fetches leaves nothing behind', async () => {
  const { daemon } = await serving();
  await talk(daemon, 'session-a');
  const wish = { out: '/nowhere/b.tar.gz', hand_over: true };
  const { bundle } = (await daemon.admin('POST', '/admin/export-evidence', wish)).json() as {
    bundle: string;
  };
  const socketPath = join(daemon.home, 'run', 'admin.sock');
  const request = get({ socketPath, path: `/admin/evidence-bundle?id=${bundle}` });
  request.on('response', () => request.destroy());
  await new Promise((resolve) => request.once('close', resolve));
  await until(() => readdirSync(join(daemon.home, 'log', 'exports')).length === 0);
});

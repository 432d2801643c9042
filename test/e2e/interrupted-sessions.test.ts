import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { waterwall } from '../cli/transcript.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { type Provider, startProvider } from '../support/provider.ts';
import { makeSecret } from '../support/secrets.ts';
import { until } from '../support/until.ts';
import { verdicts } from './support/verdicts.ts';

/** A start takes its time on a machine that has other work. */
const PATIENT = { timeout: 20_000 };

let provider: Provider;
let daemon: Daemon;
let out: string;
let pubkey: string;

beforeAll(async () => {
  provider = await startProvider();
});
afterAll(() => provider.close());
beforeEach(async () => {
  daemon = await startDaemon({ provider });
  out = mkdtempSync(join(tmpdir(), 'waterwall-interrupted-'));
  pubkey = join(out, 'signing.pub');
  copyFileSync(join(daemon.home, 'etc', 'signing.pub'), pubkey);
});
afterEach(async () => {
  await daemon.dispose();
  rmSync(out, { recursive: true, force: true });
});

async function talk(session: string, requests: number): Promise<void> {
  for (let at = 0; at < requests; at++) {
    const content = `${makeSecret('AWS_ACCESS_KEY', at)} of ${session}`;
    const headers = { 'x-claude-code-session-id': session, 'x-client-request-id': `${at}` };
    const body = { messages: [{ role: 'user', content }] };
    await daemon.ask({ path: '/v1/messages', headers, body });
  }
}

async function again(): Promise<void> {
  daemon = await startDaemon({ home: daemon.home });
}

/** What the manifests of the log say, in the order of their lines. */
async function manifests(): Promise<readonly Record<string, unknown>[]> {
  const lines = (await daemon.chain()).filter(({ line_type }) => line_type === 'manifest');
  return lines.map((line) => {
    const envelope = readFileSync(join(daemon.home, 'log', String(line['file'])), 'utf8');
    const { payload } = JSON.parse(envelope) as { payload: string };
    return JSON.parse(Buffer.from(payload, 'base64').toString('utf8')).predicate;
  });
}

/** An outsider takes everything that is in the log. */
async function expectClean(): Promise<void> {
  const bundle = join(out, 'bundle.tar.gz');
  const { code, stderr } = await waterwall(['export-evidence', '-o', bundle, '--overwrite'], {
    home: daemon.home,
  });
  expect(code, stderr).toBe(0);
  expect(await verdicts(bundle, pubkey)).toEqual([0, 0]);
}

test('sessions that a kill -9 interrupted get their manifests at the next start', async () => {
  await talk('one', 3);
  await talk('two', 2);
  await daemon.stop('SIGKILL');
  expect(await manifests()).toEqual([]);
  await again();
  await until(async () => (await manifests()).length === 2, PATIENT);
  expect(await manifests()).toMatchObject([
    { ended_by: 'interrupted', requests: 3, session: 'one' },
    { ended_by: 'interrupted', requests: 2, session: 'two' },
  ]);
  await expectClean();
});

test('one that goes on after the crash has a manifest of all of it', async () => {
  await talk('goes-on', 2);
  await daemon.stop('SIGKILL');
  await again();
  await talk('goes-on', 3);
  await daemon.stop('SIGKILL');
  await again();
  await talk('goes-on', 1);
  await daemon.stop();
  const said = await manifests();
  expect(said.reduce((sum, { requests }) => sum + (requests as number), 0)).toBe(6);
  await expectClean();
});

test('a session without a name, and a rotation by hand in between', async () => {
  await daemon.ask({ body: { a: makeSecret('GITHUB_TOKEN', 1) } });
  await daemon.stop('SIGKILL');
  expect((await waterwall(['rotate-chain'], { home: daemon.home })).code).toBe(0);
  await again();
  await until(async () => (await manifests()).length === 1, PATIENT);
  expect(await manifests()).toMatchObject([{ ended_by: 'interrupted', requests: 1 }]);
  await expectClean();
});

test('what a stop could not have signed is signed for at the next start', async () => {
  await talk('unsigned', 2);
  const { signer } = (await daemon.admin('GET', '/admin/state')).json() as {
    signer: { pid: number };
  };
  process.kill(signer.pid, 'SIGSTOP');
  await daemon.stop();
  // Stopped as it was, it does not outlive its daemon.
  await until(() => !existsSync(`/proc/${signer.pid}`), PATIENT);
  expect((await daemon.chain()).at(-1)).toMatchObject({ line_type: 'stop', open_sessions: 1 });
  await again();
  await until(async () => (await manifests()).length === 1, PATIENT);
  await daemon.stop();
  expect((await daemon.chain()).at(-1)).toMatchObject({ line_type: 'stop', open_sessions: 0 });
  await again();
  await daemon.stop();
  expect(await manifests()).toMatchObject([{ session: 'unsigned', requests: 2 }]);
  await expectClean();
}, 60_000);

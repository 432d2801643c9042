import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startWitness } from '../audit/witness/stand-in.ts';
import { waterwall } from '../cli/transcript.ts';
import { makeCertificates } from '../support/certificates.ts';
import { startDaemon } from '../support/daemon.ts';
import { writeConfig } from '../support/home-config.ts';
import { copyHome } from '../support/home-template.ts';
import { startProvider } from '../support/provider.ts';
import { expectServing } from '../support/rig.ts';
import { until } from '../support/until.ts';
import { verdicts } from './support/verdicts.ts';

const PATIENT = { timeout: 20_000 };

/** The log's key of a `signing.pub`. */
const vkeyOf = (file: string): string =>
  readFileSync(file, 'utf8')
    .split('\n')
    .find((line) => /^[^#\s]/.test(line)) ?? '';

test('a proxy has its log cosigned, and works while the witness does not', async () => {
  const provider = await startProvider();
  const home = await copyHome();
  const pub = join(home, 'etc', 'signing.pub');
  const witness = await startWitness(vkeyOf(pub));
  const anchor = { witness: { url: witness.url, key: witness.vkey } };
  await writeConfig(home, { provider, config: { audit: { anchor } } });
  let daemon = await startDaemon({ home });
  const out = mkdtempSync(join(tmpdir(), 'waterwall-witness-'));
  onTestFinished(async () => {
    await daemon.dispose();
    await provider.close();
    rmSync(out, { recursive: true, force: true });
  });
  const anchored = async (): Promise<unknown> =>
    ((await daemon.admin('GET', '/healthz')).json() as { anchored: unknown }).anchored;
  const alarms = async (): Promise<readonly { code: string }[]> =>
    ((await daemon.admin('GET', '/admin/state')).json() as { alarms: { code: string }[] }).alarms;

  await until(async () => (await anchored()) === true, PATIENT);
  expect(witness.state.size).toBeGreaterThan(0);
  expect(existsSync(join(home, 'log', 'checkpoint.cosigned'))).toBe(true);
  await daemon.stop();
  const { size } = witness.state;
  expect(size).toBe((await daemon.chain()).length);

  witness.instead = () => {};
  daemon = await startDaemon({ home });
  await expectServing(daemon);
  await until(async () => (await anchored()) === false, PATIENT);
  expect(await alarms()).toMatchObject([{ code: 'not-anchored' }]);
  expect((await daemon.admin('GET', '/healthz')).json()).toMatchObject({
    status: 'ok',
    signer_isolated: false,
  });
  await expectServing(daemon);

  witness.instead = undefined;
  await daemon.stop();
  expect(witness.state.size).toBeGreaterThan(size);
  const pubkey = join(out, 'signing.pub');
  copyFileSync(pub, pubkey);
  const chain = join(home, 'log', 'chain');
  expect((await waterwall(['verify-chain', chain, '--pubkey', pubkey])).code).toBe(0);
  const bundle = join(out, 'bundle.tar.gz');
  expect((await waterwall(['export-evidence', '-o', bundle], { home })).code).toBe(0);
  expect(await verdicts(bundle, pubkey)).toEqual([0, 0]);
});

test('a witness that speaks TLS is reached through the upstream proxy, and only if its root is known', async () => {
  const home = await copyHome();
  const certificates = makeCertificates(['witness.example']);
  const witness = await startWitness(vkeyOf(join(home, 'etc', 'signing.pub')), certificates);
  const asked: string[] = [];
  const proxy = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (head) => {
      const [, port] = /^CONNECT 127\.0\.0\.1:(\d+) /.exec(head.toString('latin1')) ?? [];
      asked.push(String(port));
      const inner = net.connect(Number(port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(inner).pipe(socket);
      });
      inner.on('error', () => {});
    });
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { port } = proxy.address() as net.AddressInfo;
  const anchor = { witness: { url: witness.url, key: witness.vkey } };
  const config = { audit: { anchor }, upstream_proxy: `http://127.0.0.1:${port}` };
  await writeConfig(home, { config });
  const roots = join(home, 'witness-roots.pem');
  writeFileSync(roots, certificates.root);
  let daemon = await startDaemon({ home });
  onTestFinished(async () => {
    await daemon.dispose();
    proxy.close();
  });
  const anchored = async (): Promise<unknown> =>
    ((await daemon.admin('GET', '/healthz')).json() as { anchored: unknown }).anchored;

  await until(async () => (await anchored()) === false, PATIENT);
  expect(witness.answers).toEqual([]);
  await daemon.stop();
  daemon = await startDaemon({ home, env: { NODE_EXTRA_CA_CERTS: roots } });
  await until(async () => (await anchored()) === true, PATIENT);
  await daemon.stop();
  expect(witness.state.size).toBe((await daemon.chain()).length);
  expect(new Set(asked)).toEqual(new Set([new URL(witness.url).port]));
});

test('nothing is submitted while the kill switch is engaged', async () => {
  const home = await copyHome();
  const witness = await startWitness(vkeyOf(join(home, 'etc', 'signing.pub')));
  const anchor = { witness: { url: witness.url, key: witness.vkey } };
  await writeConfig(home, { config: { audit: { anchor }, kill_switch: true } });
  let daemon = await startDaemon({ home });
  onTestFinished(() => daemon.dispose());
  const alarms = async (): Promise<string> =>
    JSON.stringify((await daemon.admin('GET', '/admin/state')).json()['alarms']);

  await until(async () => (await alarms()).includes('the kill switch is engaged'), PATIENT);
  await daemon.stop();
  expect((await waterwall(['rotate-chain'], { home })).code).toBe(0);
  expect(witness.answers).toEqual([]);

  await writeConfig(home, { config: { audit: { anchor } } });
  daemon = await startDaemon({ home });
  await until(() => witness.state.size > 0, PATIENT);
  let cut = false;
  const reached = new Promise<void>((resolve) => {
    witness.instead = (response) => {
      response.on('close', () => {
        cut = true;
      });
      resolve();
    };
  });
  const rotating = daemon.admin('POST', '/admin/rotate-chain');
  await Promise.all([rotating, reached]);
  await daemon.admin('POST', '/admin/killswitch', { action: 'arm', reason: 'a test' });
  await until(() => cut, { timeout: 3000 });
});

test('a key that is none of a witness is told at the start', async () => {
  const home = await copyHome();
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const key = readFileSync(join(home, 'etc', 'signing.pub'), 'utf8').split('\n')[2] ?? '';
  await writeConfig(home, {
    config: { audit: { anchor: { witness: { url: 'http://127.0.0.1:1', key } } } },
  });
  const { code, stderr } = await waterwall(['up'], { home });
  expect([code, stderr]).toEqual([2, expect.stringContaining('is no key of a witness')]);
  await writeConfig(home, { config: { audit: { anchor: { witness: { url: 'nowhere', key } } } } });
  const { stderr: second } = await waterwall(['up'], { home });
  expect(second).toContain('must be the URL');
});

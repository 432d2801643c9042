import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createSigner } from '../../../lib/audit/signer/keys.ts';
import { createAuthority } from '../../../lib/ca/authority.ts';
import { resolveHomes } from '../../../lib/config/homes.ts';
import type { Homes } from '../../../lib/config/types.ts';
import { caFile } from '../../../lib/ops/verify/ca-file.ts';
import {
  type Check,
  RUNTIME_CHECKS,
  STARTUP_CHECKS,
  type StartupCheck,
} from '../../../lib/ops/verify/check.ts';
import { judgePatterns } from '../../../lib/ops/verify/patterns-complete.ts';
import { verifyStartup } from '../../../lib/ops/verify/startup.ts';
import { conforming } from '../../cli/schema.ts';
import { LAUNCHER, waterwall } from '../../cli/transcript.ts';
import { freePort, writeConfig } from '../../support/home-config.ts';
import { copyHome, TEST_HOSTS } from '../../support/home-template.ts';
import { type Provider, startProvider } from '../../support/provider.ts';

// Each test breaks one thing in a home where all is well, and finds exactly that check changed.
let provider: Provider;
let root: string;
let homes: Homes;
const cleanups: (() => unknown)[] = [];

beforeAll(async () => {
  provider = await startProvider();
});
afterAll(() => provider.close());

beforeEach(async () => {
  root = await copyHome();
  homes = resolveHomes({ WATERWALL_HOME: root }, { uid: undefined, etcReadable: false });
  await writeConfig(root, { provider });
});

afterEach(async () => {
  for (const undo of cleanups.splice(0).reverse()) await undo();
  await rm(root, { recursive: true, force: true });
});

/** Whether this machine lets a process have mounts of its own. */
const canMount = spawnSync('unshare', ['-rm', 'true']).status === 0;

const inConfig = (name: string): string => join(homes.config, name);
const write = (name: string, text: string): void =>
  writeFileSync(inConfig(name), text, { mode: 0o600 });

/** What is not as it is in a home where all is well. */
async function broken(): Promise<readonly Check[]> {
  const { checks } = await verifyStartup(homes);
  expect(checks.map(({ name }) => name)).toEqual(STARTUP_CHECKS);
  return checks.filter(({ status }) => status !== 'ok');
}

async function expectOnly(
  name: StartupCheck,
  status: Check['status'],
  message: RegExp,
  fix: RegExp,
): Promise<void> {
  expect(await broken()).toEqual([
    { name, status, message: expect.stringMatching(message), fix: expect.stringMatching(fix) },
  ]);
}

describe('startup checks', () => {
  test('a home where all is well', async () => {
    expect(await broken()).toEqual([]);
  });

  const inSigner = (name: string): string => join(homes.log, 'signer', name);

  test("signing_key: the signer's key is open to others", async () => {
    chmodSync(inSigner('log.key'), 0o640);
    await expectOnly('signing_key', 'fail', /log\.key is open to others/, /chmod 600/);
  });

  test("signing_key: the signer's folder is open to others", async () => {
    chmodSync(join(homes.log, 'signer'), 0o750);
    await expectOnly('signing_key', 'fail', /signer is open to others/, /chmod 700/);
  });

  test('signing_key: the state is missing', async () => {
    rmSync(inSigner('state'));
    await expectOnly('signing_key', 'fail', /state is missing/, /backup.*--new-log/);
  });

  test('signing_key: signing.pub is of another log', async () => {
    const other = join(root, 'other');
    write('signing.pub', createSigner(other));
    await expectOnly('signing_key', 'fail', /other keys than signing\.pub/, /belong together/);
  });

  test('signing_key: nobody answers on the socket of a signer of its own', async () => {
    await writeConfig(root, { provider, config: { audit: { signer: join(root, 'none.sock') } } });
    await expectOnly('signing_key', 'fail', /signer has gone/, /./);
  });

  test('ca_file: made for a host that is not listed any more', async () => {
    const hosts = JSON.parse(readFileSync(inConfig('permitted_hosts.yaml'), 'utf8'));
    hosts.hosts.pop();
    write('permitted_hosts.yaml', JSON.stringify(hosts));
    await expectOnly('ca_file', 'fail', /plain\.example is permitted, not listed/, /regen-ca/);
  });

  test('ca_file: missing', async () => {
    rmSync(inConfig('ca.pem'));
    const found = await broken();
    expect(found[0]).toMatchObject({
      name: 'ca_file',
      message: expect.stringContaining('is missing'),
      fix: expect.stringContaining('regen-ca'),
    });
    // There is no pair without it.
    expect(found.map(({ name }) => name)).toEqual(['ca_file', 'ca_key_pair']);
  });

  test('ca_file: about to end, and ended', () => {
    const end = Date.now() + 3650 * 86_400_000;
    expect(caFile(homes, end - 20 * 86_400_000)).toMatchObject({
      status: 'warn',
      fix: expect.stringContaining('regen-ca'),
    });
    expect(caFile(homes, end + 86_400_000)).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('ended on'),
    });
  });

  test('patterns_complete: an addition with the name of a built-in type', async () => {
    write('patterns.yaml', 'patterns: [{ type: JWT_TOKEN, regex: "x{20}", keywords: [x] }]\n');
    await expectOnly('patterns_complete', 'fail', /JWT_TOKEN is a built-in type/, /./);
  });

  test('patterns_complete: an addition that does not compile', async () => {
    write('patterns.yaml', 'patterns: [{ type: MINE, regex: "(a)\\\\1", keywords: [a] }]\n');
    await expectOnly('patterns_complete', 'fail', /MINE/, /./);
  });

  test('patterns_complete: a type that is switched off', async () => {
    write('patterns.yaml', 'disable: [JWT_TOKEN]\n');
    await expectOnly('patterns_complete', 'warn', /JWT_TOKEN/, /`disable`.*waterwall reload/);
  });

  test('patterns_complete: an env file that is gone', async () => {
    write('known_secrets.yaml', 'env_files: [gone.env]\n');
    await expectOnly('patterns_complete', 'warn', /gone\.env/, /env_files/);
  });

  test('patterns_complete: a built-in type that is missing', () => {
    const policy = { patterns: [], disable: [] };
    expect(judgePatterns(policy, ['JWT_TOKEN'], { entries: [], unreadable: [] })).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('GITHUB_TOKEN'),
    });
  });

  test('chain_dir_writable: missing', async () => {
    rmSync(join(homes.log, 'chain'), { recursive: true });
    await expectOnly('chain_dir_writable', 'fail', /is missing/, /backup.*waterwall init/);
  });

  test('chain_dir_writable: a file in its place', async () => {
    rmSync(join(homes.log, 'chain'), { recursive: true });
    writeFileSync(join(homes.log, 'chain'), '');
    await expectOnly('chain_dir_writable', 'fail', /is no folder/, /backup/);
  });

  test.skipIf(process.getuid?.() === 0)('chain_dir_writable: read-only', async () => {
    chmodSync(join(homes.log, 'chain'), 0o500);
    cleanups.push(() => chmodSync(join(homes.log, 'chain'), 0o700));
    await expectOnly('chain_dir_writable', 'fail', /EACCES/, /chmod 700/);
  });

  test('listener_bindable: another program has the port', async () => {
    const port = await freePort();
    write(
      'config.yaml',
      JSON.stringify({ listen: `127.0.0.1:${port}`, metrics: { listen: 'off' } }),
    );
    const other = createServer().listen(port, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    cleanups.push(() => other.close());
    await expectOnly(
      'listener_bindable',
      'fail',
      new RegExp(`127\\.0\\.0\\.1:${port} is taken by another program`),
      new RegExp(`ss -ltnp 'sport = :${port}'.*\`listen\``),
    );
  });

  for (const name of ['admin.sock', 'admin-ro.sock']) {
    test(`admin_bindable: a file in the place of ${name}`, async () => {
      writeFileSync(join(homes.run, name), '');
      await expectOnly('admin_bindable', 'fail', /is no socket/, new RegExp(`rm \\S+/${name}`));
    });
  }

  test('admin_bindable: something else answers there', async () => {
    const other = createServer((socket) => {
      socket.on('error', () => {});
      socket.end('hello\r\n\r\n');
    });
    await new Promise((resolve) => {
      other.listen(join(homes.run, 'admin.sock'), () => resolve(0));
    });
    cleanups.push(() => other.close());
    await expectOnly('admin_bindable', 'fail', /did not answer properly/, /restart it/);
  });

  test('admin_bindable: a home with a path too long for a socket', async () => {
    const long = join(root, 'x'.repeat(90));
    renameSync(homes.run, long);
    homes = { ...homes, run: long };
    await expectOnly('admin_bindable', 'fail', /longer than \d+ bytes/, /shorter path/);
  });

  test('ca_key_pair: the key of another certificate', async () => {
    const other = await createAuthority({ hosts: Object.keys(TEST_HOSTS), now: Date.now() });
    write('ca.key', other.key);
    await expectOnly('ca_key_pair', 'fail', /belongs to another certificate/, /regen-ca/);
  });

  test('ca_key_pair: a key that others can read', async () => {
    chmodSync(inConfig('ca.key'), 0o644);
    await expectOnly('ca_key_pair', 'fail', /read or changed by others/, /chmod 600 \S+ca\.key/);
  });

  test('session_key: cut short', async () => {
    write('session.key', 'short');
    await expectOnly('session_key', 'fail', /is not 32 bytes/, /backup/);
  });

  test('session_key: readable by others', async () => {
    chmodSync(inConfig('session.key'), 0o604);
    await expectOnly('session_key', 'fail', /read or changed by others/, /chmod 600/);
  });

  test('sentinel_dir: missing', async () => {
    const run = join(root, 'gone');
    homes = { ...homes, run };
    // The socket lies there too.
    expect((await broken()).map(({ name }) => name)).toEqual(['admin_bindable', 'sentinel_dir']);
    expect((await broken())[1]?.fix).toContain('waterwall init');
  });

  test('sentinel_dir: others may write', async () => {
    chmodSync(homes.run, 0o777);
    await expectOnly('sentinel_dir', 'fail', /others may write/, /chmod go-w \S+run/);
  });

  test.skipIf(!canMount)('sentinel_dir: a read-only file system', () => {
    const script =
      'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@" verify-install';
    const command = ['sh', '-c', script, 'sh', homes.run, process.execPath, LAUNCHER];
    const env = { ...process.env, WATERWALL_HOME: root };
    const { stdout } = spawnSync('unshare', ['-rm', ...command], { env, encoding: 'utf8' });
    expect(stdout).toMatch(/^FAIL {2}sentinel_dir .+ read-only .+\n +fix: mount /m);
  });

  test('sentinel_dir: the sentinel is there, be it a link that leads nowhere', async () => {
    const before = provider.connections();
    symlinkSync('nowhere', join(homes.run, 'kill'));
    const found = await broken();
    expect(found[0]).toMatchObject({
      name: 'sentinel_dir',
      status: 'warn',
      fix: expect.stringMatching(/^rm \S+kill$/),
    });
    // Nothing may leave while it is: not even a look at a provider.
    expect(found[1]).toMatchObject({
      name: 'upstream_reachable',
      status: 'warn',
      message: expect.stringContaining('not tried'),
    });
    expect(provider.connections()).toBe(before);
  });

  test('upstream_reachable: nobody there is a warning, never a failure', async () => {
    await writeConfig(root, {
      provider,
      hosts: { 'api.openai.com': { upstream: `https://127.0.0.1:${await freePort()}` } },
    });
    await expectOnly(
      'upstream_reachable',
      'warn',
      /^no trusted connection to api\.openai\.com \(ECONNREFUSED\)$/,
      /upstream/,
    );
  });

  test('upstream_reachable: somebody speaks for the provider', async () => {
    write('other.pem', readFileSync(inConfig('ca.pem'), 'utf8'));
    await writeConfig(root, {
      provider,
      hosts: { 'api.openai.com': { upstream_ca: 'other.pem' } },
    });
    await expectOnly('upstream_reachable', 'warn', /api\.openai\.com \(\w+/, /upstream_ca/);
  });
});

describe('a home that was never set up', () => {
  test('is told so once for each thing it lacks, and `waterwall init` mends them all', async () => {
    const fresh = join(root, 'fresh');
    const settings = `listen: 127.0.0.1:${await freePort()}\n`;
    mkdirSync(join(fresh, 'etc'), { recursive: true, mode: 0o700 });
    writeFileSync(join(fresh, 'etc', 'config.yaml'), settings, { mode: 0o600 });
    homes = resolveHomes({ WATERWALL_HOME: fresh }, { uid: undefined, etcReadable: false });
    const found = await broken();
    const failed = found.filter(({ status }) => status === 'fail');
    expect(failed.map(({ name }) => name)).toEqual([
      'ca_file',
      'signing_key',
      'chain_dir_writable',
      'admin_bindable',
      'ca_key_pair',
      'session_key',
      'sentinel_dir',
    ]);
    for (const { name, fix } of failed) expect(fix, name).toMatch(/`waterwall init`/);
    expect(found.filter(({ status }) => status === 'warn')).toMatchObject([
      { name: 'upstream_reachable', message: expect.stringMatching(/^not tried: .*is missing/) },
    ]);
    expect((await waterwall(['init'], { home: fresh })).code).toBe(0);
    expect((await broken()).filter(({ status }) => status === 'fail')).toEqual([]);
  });
});

describe('a file that concerns several checks', () => {
  test('config.yaml: the listener cannot be looked at, and nothing is blamed for it', async () => {
    write('config.yaml', 'listen: nowhere\n');
    expect(await broken()).toMatchObject([
      {
        name: 'listener_bindable',
        status: 'fail',
        message: expect.stringMatching(/config\.yaml:1:1: listen/),
      },
      {
        name: 'upstream_reachable',
        status: 'warn',
        message: expect.stringMatching(/^not tried: /),
      },
    ]);
  });

  test('permitted_hosts.yaml: the CA cannot be held against it', async () => {
    write('permitted_hosts.yaml', 'hosts: []\n');
    expect(await broken()).toMatchObject([
      {
        name: 'ca_file',
        status: 'fail',
        message: expect.stringMatching(/permitted_hosts\.yaml:1/),
      },
      {
        name: 'upstream_reachable',
        status: 'warn',
        message: expect.stringMatching(/^not tried: /),
      },
    ]);
  });
});

describe('waterwall verify-install', () => {
  test('0, and a line a check', async () => {
    const { code, stdout } = await waterwall(['verify-install'], { home: root });
    expect(code).toBe(0);
    for (const name of STARTUP_CHECKS)
      expect(stdout).toMatch(new RegExp(`^(ok|warn) +${name} `, 'm'));
    expect(stdout).toMatch(/^10 ok, 0 to look at, 0 failed$/m);
  });

  test('--json follows its schema, 1 where a check failed', async () => {
    mkdirSync(join(homes.run, 'admin.sock'));
    const { code, stdout } = await waterwall(['verify-install', '--json'], { home: root });
    expect(code).toBe(1);
    expect(conforming('cli-verify-install', stdout)).toMatchObject({ mode: 'startup', ok: false });
  });

  test('--runtime without a proxy that runs: how to start it, 1', async () => {
    const { code, stderr } = await waterwall(['verify-install', '--runtime'], { home: root });
    expect(code).toBe(1);
    expect(stderr).toContain('waterwall up');
  });
});

test('the runbook has a section for each check', () => {
  const runbook = readFileSync(new URL('../../../docs/runbook.md', import.meta.url), 'utf8');
  const headings = runbook.split('\n').filter((line) => line.startsWith('### '));
  for (const name of [...STARTUP_CHECKS, ...RUNTIME_CHECKS]) {
    expect(
      headings.some((line) => line.includes(`\`${name}\``)),
      name,
    ).toBe(true);
  }
});

import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AdminEvent, adminEvents } from '../../../lib/control/admin-events.ts';
import {
  type CheckProgress,
  RUNTIME_CHECKS,
  type RuntimeCheck,
} from '../../../lib/ops/verify/check.ts';
import { listenerBound } from '../../../lib/ops/verify/listener-bound.ts';
import { judgeSelfTest } from '../../../lib/ops/verify/live-policy.ts';
import { SELF_TEST_HOST } from '../../../lib/proxy/self-test.ts';
import { conforming } from '../../cli/schema.ts';
import { waterwall } from '../../cli/transcript.ts';
import { askAdmin } from '../../support/admin.ts';
import { type Daemon, startDaemon } from '../../support/daemon.ts';
import { freePort } from '../../support/home-config.ts';
import { type Provider, startProvider } from '../../support/provider.ts';

// A daemon where all is well; each test breaks one thing under it, looks, and mends it again.
let provider: Provider;
let daemon: Daemon;
beforeAll(async () => {
  provider = await startProvider();
  daemon = await startDaemon({ provider });
});
afterAll(async () => {
  await daemon.dispose();
  await provider.close();
});

interface Found {
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly fix: string | null;
}

/** What is not as it is while all is well. */
async function broken(socket = join(daemon.home, 'run', 'admin.sock')): Promise<readonly Found[]> {
  const answer = await askAdmin(socket, 'POST', '/admin/verify-install');
  expect(answer.status, answer.text).toBe(200);
  const { checks } = answer.json() as { checks: Found[] };
  expect(checks.map(({ name }) => name)).toEqual(RUNTIME_CHECKS);
  return checks.filter(({ status }) => status !== 'ok');
}

async function expectOnly(
  name: RuntimeCheck,
  status: string,
  message: RegExp,
  fix: RegExp,
): Promise<void> {
  expect(await broken()).toEqual([
    { name, status, message: expect.stringMatching(message), fix: expect.stringMatching(fix) },
  ]);
}

const inConfig = (name: string): string => join(daemon.home, 'etc', name);

/** Changes a file of the config folder while something runs. */
async function withFile(name: string, text: string, act: () => Promise<void>): Promise<void> {
  const path = inConfig(name);
  const before = existsSync(path) ? readFileSync(path) : undefined;
  writeFileSync(path, text, { mode: 0o600 });
  try {
    await act();
  } finally {
    if (before === undefined) rmSync(path);
    else writeFileSync(path, before, { mode: 0o600 });
    await daemon.admin('POST', '/admin/reload');
  }
}

const reload = async (): Promise<void> => {
  expect((await daemon.admin('POST', '/admin/reload')).status).toBe(200);
};

describe('runtime checks', () => {
  test('a daemon where all is well; the round trip stands in the log, not in the state', async () => {
    expect(await broken()).toEqual([]);
    const lines = await daemon.chain();
    const own = lines.filter((line) => line['host'] === SELF_TEST_HOST);
    expect(own.map((line) => line.line_type)).toEqual(['redaction', 'detokenization']);
    expect(lines.at(-1)).toMatchObject({
      line_type: 'verify_install',
      frameworks: ['SOC2-CC4.2'],
      mode: 'runtime',
      result: 'ok',
      failed: [],
      warned: [],
    });
    const state = (await daemon.admin('GET', '/admin/state')).json();
    expect(state).toMatchObject({ totals: { requests: 0, redactions: 0 }, sessions: [] });
    const health = (await daemon.admin('GET', '/healthz')).json();
    expect(health).toMatchObject({ upstream_reachable: null, last_upstream_ok_ts: null });
    // A provider is connected to, and asked nothing.
    expect(provider.requests).toEqual([]);
  });

  test('tells each check as it begins and ends to a client that asks for events', async () => {
    const events: AdminEvent[] = [];
    const homes = { run: join(daemon.home, 'run') };
    for await (const each of adminEvents(homes, 'POST', '/admin/verify-install')) {
      events.push(each);
    }
    const result = events.pop();
    expect(result?.event).toBe('result');
    const { checks } = conforming('cli-verify-install', JSON.stringify(result?.data)) as {
      checks: Found[];
    };
    const told = events.map(
      ({ data }) => conforming('admin-progress', JSON.stringify(data)) as CheckProgress,
    );
    expect(told).toEqual(
      checks.flatMap((check, done) => [
        { step: check.name, done, total: 10 },
        { step: check.name, done: done + 1, total: 10, check },
      ]),
    );
  });

  test('is not made for the socket that only shows', async () => {
    const socket = join(daemon.home, 'run', 'admin-ro.sock');
    const before = (await daemon.chain()).length;
    const refused = await askAdmin(socket, 'POST', '/admin/verify-install');
    expect(refused.status).toBe(403);
    expect((await askAdmin(socket, 'GET', '/admin/state')).status).toBe(200);
    expect((await daemon.chain()).length).toBe(before);
  });

  test('no agent reaches the provider inside', async () => {
    const refused = await daemon
      .ask({ host: SELF_TEST_HOST, body: {} })
      .then(({ text }) => text, String);
    expect(refused).not.toContain('msg_self_test');
  });

  test('ca_file: the host list was changed', async () => {
    const hosts = JSON.parse(readFileSync(inConfig('permitted_hosts.yaml'), 'utf8'));
    hosts.hosts.pop();
    await withFile('permitted_hosts.yaml', JSON.stringify(hosts), () =>
      expectOnly('ca_file', 'fail', /plain\.example is permitted, not listed/, /regen-ca/),
    );
  });

  test('patterns_complete: an allow entry that lets everything through', async () => {
    await withFile('patterns.yaml', 'allow: ["/.+/"]\n', async () => {
      await reload();
      await expectOnly('patterns_complete', 'fail', /GITHUB_TOKEN/, /`allow`.*waterwall reload/);
    });
  });

  test('patterns_complete: a change that was refused', async () => {
    await withFile('patterns.yaml', 'patterns: [\n', async () => {
      expect((await daemon.admin('POST', '/admin/reload')).status).toBe(422);
      await expectOnly(
        'patterns_complete',
        'warn',
        /^the last change is not in force: \S+patterns\.yaml:\d+:\d+: /,
        /patterns\.yaml/,
      );
    });
  });

  test('patterns_complete: a type that is switched off', async () => {
    await withFile('patterns.yaml', 'disable: [GITHUB_TOKEN]\n', async () => {
      await reload();
      await expectOnly('patterns_complete', 'warn', /GITHUB_TOKEN/, /`disable`/);
    });
  });

  test('patterns_complete: what the round trip says', () => {
    const type = 'GITHUB_TOKEN';
    expect(judgeSelfTest({ outcome: 'leaked', type })).toMatchObject({
      status: 'fail',
      fix: expect.stringContaining('killswitch arm'),
    });
    expect(judgeSelfTest({ outcome: 'not-restored', type }).status).toBe('fail');
    expect(judgeSelfTest({ outcome: 'no-types' }).status).toBe('warn');
    expect(
      judgeSelfTest({
        outcome: 'refused',
        code: 'store-full',
        reason: 'the store is full',
        fix: 'wait',
      }),
    ).toEqual({
      status: 'fail',
      message: expect.stringContaining('the store is full'),
      fix: 'wait',
    });
  });

  test('chain_dir_writable: the folder was moved away', async () => {
    const chain = join(daemon.home, 'log', 'chain');
    renameSync(chain, `${chain}.away`);
    try {
      await expectOnly('chain_dir_writable', 'fail', /is missing/, /backup/);
    } finally {
      renameSync(`${chain}.away`, chain);
    }
  });

  test('listener_bound: nobody answers, or somebody else', async () => {
    expect(await listenerBound(undefined)).toMatchObject({ status: 'fail' });
    const nobody = await listenerBound({ host: '127.0.0.1', port: await freePort() });
    expect(nobody).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('nothing answers'),
      fix: expect.stringContaining('restart'),
    });
    const other = await listenerBound({ host: '127.0.0.1', port: provider.port });
    expect(other.status).toBe('fail');
  });

  test('admin_bound: the socket was moved away', async () => {
    const socket = join(daemon.home, 'run', 'admin.sock');
    renameSync(socket, `${socket}2`);
    try {
      expect(await broken(`${socket}2`)).toMatchObject([
        { name: 'admin_bound', status: 'fail', fix: expect.stringContaining('restart the proxy') },
      ]);
    } finally {
      renameSync(`${socket}2`, socket);
    }
  });

  test('admin_bound: the socket that only shows is gone', async () => {
    const socket = join(daemon.home, 'run', 'admin-ro.sock');
    renameSync(socket, `${socket}2`);
    try {
      await expectOnly('admin_bound', 'fail', /admin-ro\.sock is gone/, /restart the proxy/);
    } finally {
      renameSync(`${socket}2`, socket);
    }
  });

  test('admin_bound: everyone may use it', async () => {
    for (const name of ['admin.sock', 'admin-ro.sock']) {
      const socket = join(daemon.home, 'run', name);
      chmodSync(socket, 0o666);
      try {
        const fix = new RegExp(`chmod o-rwx \\S+/${name}$`);
        await expectOnly('admin_bound', 'fail', /everyone may use/, fix);
      } finally {
        chmodSync(socket, 0o600);
      }
    }
  });

  test('ca_key_pair: the CA was made anew under the daemon', async () => {
    const kept = ['ca.pem', 'ca.key', 'ca-bundle.pem'].map(
      (name) => [name, readFileSync(inConfig(name))] as const,
    );
    expect((await waterwall(['regen-ca'], { home: daemon.home })).code).toBe(0);
    try {
      await expectOnly(
        'ca_key_pair',
        'fail',
        /does not verify against ca\.pem/,
        /restart the proxy/,
      );
    } finally {
      for (const [name, bytes] of kept) writeFileSync(inConfig(name), bytes, { mode: 0o600 });
    }
  });

  test('session_key: another one lies in the home', async () => {
    await withFile('session.key', 'k'.repeat(32), () =>
      expectOnly('session_key', 'fail', /another session key/, /backup/),
    );
  });

  test('sentinel_dir: others may write', async () => {
    const run = join(daemon.home, 'run');
    chmodSync(run, 0o777);
    try {
      await expectOnly('sentinel_dir', 'fail', /others may write/, /chmod go-w/);
    } finally {
      chmodSync(run, 0o700);
    }
  });

  test('the sentinel: what cannot be tried is said, and nothing leaves', async () => {
    const sentinel = join(daemon.home, 'run', 'kill');
    const before = provider.connections();
    writeFileSync(sentinel, '');
    try {
      expect(await broken()).toMatchObject([
        { name: 'patterns_complete', status: 'warn', fix: expect.stringContaining('killswitch') },
        { name: 'sentinel_dir', status: 'warn', fix: `rm ${sentinel}` },
        {
          name: 'upstream_reachable',
          status: 'warn',
          message: expect.stringContaining('not tried'),
        },
      ]);
      expect(provider.connections()).toBe(before);
    } finally {
      rmSync(sentinel);
    }
  });

  test('waterwall verify-install --runtime: a line a check, JSON by its schema', async () => {
    const around = { home: daemon.home };
    const told = await waterwall(['verify-install', '--runtime'], around);
    expect(told.code, told.stdout).toBe(0);
    expect(told.stdout).toContain('came back whole');
    const { code, stdout } = await waterwall(['verify-install', '--runtime', '--json'], around);
    expect(code).toBe(0);
    expect(conforming('cli-verify-install', stdout)).toMatchObject({ mode: 'runtime', ok: true });
    expect((await daemon.admin('GET', '/admin/verify-install')).status).toBe(405);
  });

  test('upstream_reachable: the provider is gone', async () => {
    const gone = await startProvider();
    const alone = await startDaemon({
      provider,
      hosts: { 'api.openai.com': { upstream: `https://127.0.0.1:${gone.port}` } },
    });
    await gone.close();
    try {
      const { checks } = (await alone.admin('POST', '/admin/verify-install')).json() as {
        checks: Found[];
      };
      expect(checks.at(-1)).toMatchObject({
        name: 'upstream_reachable',
        status: 'warn',
        message: expect.stringContaining('api.openai.com (ECONNREFUSED)'),
      });
    } finally {
      await alone.dispose();
    }
  });
});

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { conforming } from './schema.ts';
import { removeFolder, type Transcript, temporaryFolder, waterwall } from './transcript.ts';

let home: string;
let first: Transcript;

beforeAll(async () => {
  home = temporaryFolder();
  first = await waterwall(['init'], { home });
});

afterAll(() => removeFolder(home));

const PRIVATE = ['ca.key', 'session.key', 'known_secrets.yaml'];

describe('init', () => {
  test('makes a whole home, private, and lists what it made', () => {
    expect(first).toMatchObject({ code: 0 });
    expect(readdirSync(home).sort()).toEqual(['etc', 'log', 'run']);
    const made = first.stdout.trimEnd().split('\n');
    for (const path of made) expect(existsSync(path), path).toBe(true);
    for (const name of [
      ...PRIVATE,
      'ca.pem',
      'config.yaml',
      'permitted_hosts.yaml',
      'patterns.yaml',
    ]) {
      expect(made).toContain(join(home, 'etc', name));
    }
    for (const name of PRIVATE)
      expect(statSync(join(home, 'etc', name)).mode & 0o077, name).toBe(0);
    expect(statSync(join(home, 'etc')).mode & 0o077).toBe(0);
  });

  test('again: changes nothing', async () => {
    const before = readFileSync(join(home, 'etc', 'ca.pem'));
    expect(await waterwall(['init'], { home })).toEqual({
      code: 0,
      stdout: '',
      stderr: 'everything is there already\n',
    });
    const { stdout } = await waterwall(['init', '--json'], { home });
    expect(conforming('cli-init', stdout)).toMatchObject({ made: [] });
    expect(readFileSync(join(home, 'etc', 'ca.pem'))).toEqual(before);
  });

  test('refuses to make a lost part anew', async () => {
    const lost = temporaryFolder();
    spawnSync('cp', ['-a', `${home}/.`, lost]);
    rmSync(join(lost, 'etc', 'session.key'));
    const { code, stdout, stderr } = await waterwall(['init', '--json'], { home: lost });
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(conforming('cli-error', stdout)).toMatchObject({ error: { code: 'file-missing' } });
    expect(existsSync(join(lost, 'etc', 'session.key'))).toBe(false);
    removeFolder(lost);
  });
});

describe('config', () => {
  test('prints every setting and where it came from', async () => {
    const settings = join(home, 'etc', 'config.yaml');
    const before = readFileSync(settings);
    writeFileSync(settings, '# mine\nlisten: 127.0.0.1:9999\n');
    const { code, stdout } = await waterwall(['config'], { home });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^listen +127\.0\.0\.1:9999 +config\.yaml:2$/m);
    expect(stdout).toMatch(/^store\.ttl +4h +default$/m);
    expect(stdout).toContain(join(home, 'etc'));
    const json = conforming('cli-config', (await waterwall(['config', '--json'], { home })).stdout);
    expect((json as { settings: unknown }).settings).toContainEqual({
      key: 'listen',
      value: '127.0.0.1:9999',
      from: 'file',
      line: 2,
    });
    writeFileSync(settings, before);
  });

  test('a bad file: its place, 2', async () => {
    const bad = temporaryFolder();
    spawnSync('mkdir', ['-p', join(bad, 'etc')]);
    writeFileSync(join(bad, 'etc', 'config.yaml'), 'listne: 127.0.0.1:1\n');
    const { code, stdout, stderr } = await waterwall(['config'], { home: bad });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^waterwall: .*config\.yaml:1:1: .*listen/);
    expect(stderr).toMatch(/^ {2}fix: /m);
    removeFolder(bad);
  });
});

describe('env', () => {
  test('sh takes it', async () => {
    const { code, stdout, stderr } = await waterwall(['env', '--shell', 'sh'], { home });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const script = `${stdout}\nprintf '%s' "$HTTPS_PROXY $NODE_EXTRA_CA_CERTS"`;
    expect(spawnSync('sh', ['-c', script], { encoding: 'utf8' }).stdout).toBe(
      `http://127.0.0.1:8888 ${join(home, 'etc', 'ca.pem')}`,
    );
  });

  test('--json is the same as an object', async () => {
    const { stdout } = await waterwall(['env', '--json', '--agent', 'codex'], { home });
    expect(conforming('cli-env', stdout)).toMatchObject({
      HTTPS_PROXY: 'http://127.0.0.1:8888',
      CODEX_CA_CERTIFICATE: join(home, 'etc', 'ca-bundle.pem'),
    });
  });

  test('without a home: says how to get one, and gives a shell nothing to evaluate', async () => {
    const empty = temporaryFolder();
    const { code, stdout, stderr } = await waterwall(['env'], { home: empty });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('waterwall init');
    expect(readdirSync(empty)).toEqual([]);
    removeFolder(empty);
  });

  test('an unknown agent is a usage error', async () => {
    expect(await waterwall(['env', '--agent', 'clippy'], { home })).toMatchObject({
      code: 2,
      stdout: '',
    });
  });
});

describe('regen-ca', () => {
  test('--out-dir leaves the home alone', async () => {
    const out = temporaryFolder();
    const before = readFileSync(join(home, 'etc', 'ca.pem'));
    const hosts = join(out, 'hosts.yaml');
    writeFileSync(hosts, 'hosts: [{ host: llm.example, sse_handler: openai }]\n');
    const args = ['regen-ca', '--hosts-file', hosts, '--out-dir', out, '--days', '3', '--json'];
    const { code, stdout } = await waterwall(args, { home });
    expect(code).toBe(0);
    expect(conforming('cli-regen-ca', stdout)).toMatchObject({
      hosts: ['llm.example'],
      backups: [],
    });
    expect(readdirSync(out).sort()).toEqual(['ca-bundle.pem', 'ca.key', 'ca.pem', 'hosts.yaml']);
    expect(readFileSync(join(home, 'etc', 'ca.pem'))).toEqual(before);
    removeFolder(out);
  });

  test.each([
    ['regen-ca'],
    ['rotate-chain'],
    ['receipt', '0'],
    ['export-evidence', '-o', 'evidence-of-nothing.tar.gz'],
  ])('a home that was never set up gets nothing of %s', async (...args) => {
    const empty = temporaryFolder();
    const { code, stderr } = await waterwall(args, { home: empty });
    expect(code).toBe(2);
    expect(stderr).toMatch(/there is no home in \S+ yet\n.*waterwall init/);
    expect(readdirSync(empty)).toEqual([]);
    removeFolder(empty);
  });

  // A link to itself is refused to every user, root too, as another user's folder is to most.
  test.each([['regen-ca'], ['rotate-chain'], ['env'], ['verify-install'], ['receipt', '0']])(
    'a home that cannot be looked into is not taken for a new one by %s',
    async (...args) => {
      const odd = temporaryFolder();
      symlinkSync('etc', join(odd, 'etc'));
      const { code, stdout, stderr } = await waterwall(args, { home: odd });
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/^waterwall: \S+etc\S*: .+ \(ELOOP\)\n {2}fix: .+\n$/);
      removeFolder(odd);
    },
  );

  test('days that are none are a usage error', async () => {
    expect(await waterwall(['regen-ca', '--days', '1.5'], { home })).toMatchObject({ code: 2 });
  });
});

describe('with nothing running', () => {
  test.each([
    [['status'], 1, /^down {2}the proxy is not running; start it with `waterwall up`$/m],
    [['reload'], 1, /^$/],
  ])('%j', async (args, code, stdout) => {
    const transcript = await waterwall(args, { home });
    expect(transcript.code).toBe(code);
    expect(transcript.stdout).toMatch(stdout);
  });

  test('status --json says so as JSON', async () => {
    const { code, stdout } = await waterwall(['status', '--json'], { home });
    expect(code).toBe(1);
    expect(conforming('cli-status', stdout)).toMatchObject({
      running: false,
      error: { code: 'not-running' },
    });
  });

  test('run starts nothing', async () => {
    const witness = join(home, 'witness');
    const { code, stdout, stderr } = await waterwall(['run', '--', 'touch', witness], { home });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('touch is not started: the proxy is not running');
    expect(stderr).toContain('fix: start it with `waterwall up`');
    expect(existsSync(witness)).toBe(false);
  });

  test('pre-launch-hook answers in the form of a hook', async () => {
    const { code, stdout, stderr } = await waterwall(['pre-launch-hook'], { home });
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(conforming('cli-pre-launch-hook', stdout)).toMatchObject({
      hookSpecificOutput: { hookEventName: 'SessionStart' },
      systemMessage: 'Waterwall: the proxy is not running; start it with `waterwall up`',
    });
  });
});

describe('killswitch with nothing running', () => {
  test('arm makes the sentinel, status shows it, disarm tells how to clear it', async () => {
    const sentinel = join(home, 'run', 'kill');
    const armed = await waterwall(['killswitch', 'arm', '--reason', 'leak'], { home });
    expect(armed.code).toBe(0);
    expect(armed.stderr).toContain('the sentinel file engages it');
    expect(existsSync(sentinel)).toBe(true);
    const { code, stdout } = await waterwall(['killswitch', 'status', '--json'], { home });
    expect(code).toBe(0);
    expect(conforming('cli-killswitch', stdout)).toMatchObject({
      active: true,
      running: false,
      sources_active: ['sentinel'],
    });
    const disarmed = await waterwall(['killswitch', 'disarm'], { home });
    expect(disarmed.code).toBe(1);
    expect(disarmed.stdout).toContain(`clear: rm ${sentinel}`);
    rmSync(sentinel);
    expect((await waterwall(['killswitch', 'disarm'], { home })).code).toBe(0);
    expect((await waterwall(['killswitch'], { home })).stdout).toBe('kill switch off\n');
  });

  test('a latch is not cleared behind the audit log’s back', async () => {
    const latch = join(home, 'log', 'killswitch.json');
    const text = JSON.stringify({
      v: 1,
      sigusr1: null,
      http: { since: '2026-01-02T03:04:05.000Z', reason: 'leak' },
    });
    writeFileSync(latch, text, { mode: 0o600 });
    const { code, stderr } = await waterwall(['killswitch', 'disarm'], { home });
    expect(code).toBe(1);
    expect(stderr).toContain('fix: start it (waterwall up), then disarm again');
    expect(readFileSync(latch, 'utf8')).toBe(text);
    rmSync(latch);
  });
});

describe('verify-chain', () => {
  test('an unsigned chain is never clean', async () => {
    const { code, stdout } = await waterwall(['verify-chain'], { home });
    expect(code).toBe(3);
    expect(stdout).toContain('intact but incomplete');
  });

  test('what is not there: 2', async () => {
    const { code, stdout } = await waterwall(['verify-chain', join(home, 'nowhere'), '--json'], {
      home,
    });
    expect(code).toBe(2);
    expect(conforming('cli-error', stdout)).toMatchObject({ error: { code: 'file-missing' } });
  });

  test('what is no chain: 1, with the place', async () => {
    const copy = temporaryFolder();
    const name = `${'0'.repeat(20)}.jsonl`;
    writeFileSync(join(copy, name), '{"seq":1}\n');
    const { code, stdout } = await waterwall(['verify-chain', copy], { home });
    expect(code).toBe(1);
    expect(stdout).toContain(`tampered: ${name}:1`);
    removeFolder(copy);
  });
});

test('rotate-chain goes on in a new file, also without a daemon', async () => {
  const { code, stdout } = await waterwall(['rotate-chain', '--json'], { home });
  expect(code).toBe(0);
  const { running, next_segment } = conforming('cli-rotate-chain', stdout) as {
    running: boolean;
    next_segment: number;
  };
  expect(running).toBe(false);
  const name = `${String(next_segment).padStart(20, '0')}.jsonl`;
  expect(readFileSync(join(home, 'log', 'chain', name), 'utf8')).toContain('"stop"');
  expect((await waterwall(['verify-chain'], { home })).code).toBe(0);
  expect((await waterwall(['rotate-chain'], { home })).stdout).toMatch(
    /^sealed at line \d+, goes on/,
  );
});

test('a private file that others can read is refused with the command that mends it', async () => {
  const open = temporaryFolder();
  spawnSync('cp', ['-a', `${home}/.`, open]);
  const file = join(open, 'etc', 'known_secrets.yaml');
  chmodSync(file, 0o644);
  const { code, stderr } = await waterwall(['scan'], { home: open, stdin: '' });
  expect(code).toBe(2);
  expect(stderr).toContain(`chmod 600 ${file}`);
  removeFolder(open);
});

import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { proxyAgent } from '../support/client.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { useRig } from '../support/rig.ts';
import { until } from '../support/until.ts';

const rig = useRig();
const PATIENCE = { timeout: 15_000 };

const patternsOf = (daemon: Daemon): string => join(daemon.home, 'etc', 'patterns.yaml');
const policy = (type: string): string =>
  `patterns: [{ type: ${type}, regex: "\\\\b${type.toLowerCase()}_[a-z0-9]{32}\\\\b", keywords: [${type.toLowerCase()}_] }]\n`;

const state = async (): Promise<Record<string, unknown>> =>
  (await rig.daemon.admin('GET', '/admin/state')).json();
const operatorTypes = async (): Promise<unknown> =>
  ((await state())['policy'] as { operator: unknown })['operator'];
const holds = (type: string | undefined) =>
  until(
    async () => JSON.stringify(await operatorTypes()) === JSON.stringify(type ? [type] : []),
    PATIENCE,
  );
const changes = async () =>
  (await rig.daemon.chain()).filter((line) => line.line_type === 'policy_change');

/** Ways in which editors and tools write a file. */
const SAVES: Readonly<Record<string, (file: string, text: string) => void>> = {
  'in place': (file, text) => writeFileSync(file, text, { mode: 0o600 }),
  'by a rename over it': (file, text) => {
    writeFileSync(`${file}.new`, text, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  },
  'by a backup and a new file': (file, text) => {
    renameSync(file, `${file}~`);
    writeFileSync(file, text, { mode: 0o600 });
  },
  'by removing and making it anew': (file, text) => {
    rmSync(file);
    writeFileSync(file, text, { mode: 0o600 });
  },
  'by a link to another file': (file, text) => {
    const target = `${file}.${text.length}.${Date.now()}`;
    writeFileSync(target, text, { mode: 0o600 });
    symlinkSync(target, `${file}.link`);
    renameSync(`${file}.link`, file);
  },
};

test.each(Object.entries(SAVES))('a file saved %s is in force at once', async (name, save) => {
  const type = `ACME${Object.keys(SAVES).indexOf(name)}`;
  const before = (await changes()).length;
  save(patternsOf(rig.daemon), policy(type));
  await holds(type);
  const secret = `${type.toLowerCase()}_${'a1b2'.repeat(8)}`;
  rig.provider.forget();
  await rig.daemon.ask({ body: { messages: [{ role: 'user', content: `use ${secret} now` }] } });
  expect(rig.provider.received().toString()).toContain(`<pl:${type}:`);
  expect(rig.provider.received().toString()).not.toContain(secret);
  await until(async () => (await changes()).length > before, PATIENCE);
  const lines = await changes();
  const last = lines.at(-1);
  expect(last?.['types_added']).toContain(type);
  expect(last?.['old_hash']).not.toBe(last?.['new_hash']);
});

test('a bad file changes nothing and says where it is bad, everywhere', async () => {
  const file = patternsOf(rig.daemon);
  writeFileSync(file, policy('KEPT'), { mode: 0o600 });
  await holds('KEPT');
  writeFileSync(file, 'patterns:\n  - { type: HALF, regex: "\\\\bhal', { mode: 0o600 });
  const refused = async (): Promise<Record<string, unknown>> => {
    const { last_reload } = (await state())['policy'] as { last_reload: Record<string, unknown> };
    return last_reload;
  };
  await until(async () => (await refused())['ok'] === false, PATIENCE);
  const { error } = await refused();
  expect(error).toMatchObject({
    code: 'config-invalid',
    message: expect.stringContaining(`${file}:2:`),
    details: { file, line: 2, column: expect.any(Number) },
  });
  expect(await operatorTypes()).toEqual(['KEPT']);
  const answer = await rig.daemon.admin('POST', '/admin/reload');
  expect(answer.status).toBe(422);
  expect(answer.json()['error']).toMatchObject({ details: { file, line: 2 } });
  expect(rig.daemon.output()).toContain(`reload refused: ${file}:2:`);
  const { alarms } = (await state()) as { alarms: { code: string }[] };
  expect(alarms.map(({ code }) => code)).toContain('reload-refused');
  writeFileSync(file, policy('MENDED'), { mode: 0o600 });
  await holds('MENDED');
});

test('a storm of saves is a handful of reloads, the last one counts, no connection drops', async () => {
  const file = patternsOf(rig.daemon);
  const agent = proxyAgent(rig.daemon, { keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  await rig.daemon.ask({ agent, body: {} });
  const connections = rig.provider.connections();
  const before = (await changes()).length;
  const statuses: number[] = [];
  for (let save = 0; save < 1000; save++) {
    writeFileSync(file, save % 3 === 0 ? 'patterns: [{' : policy(`STORM${save % 7}`), {
      mode: 0o600,
    });
    if (save % 100 === 0) statuses.push((await rig.daemon.ask({ agent, body: {} })).status);
  }
  writeFileSync(file, policy('CALM'), { mode: 0o600 });
  await holds('CALM');
  statuses.push((await rig.daemon.ask({ agent, body: {} })).status);
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(rig.provider.connections()).toBe(connections);
  expect((await changes()).length - before).toBeLessThan(100);
});

test('a loosened policy is on record, and alarms', async () => {
  writeFileSync(patternsOf(rig.daemon), 'disable: [JWT_TOKEN]\n', { mode: 0o600 });
  await until(async () => {
    const { alarms } = (await state()) as { alarms: { code: string; message: string }[] };
    return alarms.some(
      ({ code, message }) => code === 'policy-loosened' && message.includes('JWT_TOKEN'),
    );
  }, PATIENCE);
  expect((await changes()).at(-1)).toMatchObject({
    disabled_added: ['JWT_TOKEN'],
    loosened: expect.arrayContaining(['disabled: JWT_TOKEN']),
  });
  writeFileSync(patternsOf(rig.daemon), '', { mode: 0o600 });
  await holds(undefined);
});

test('an environment file in a folder that comes later is seen, and its values are found in all forms', async () => {
  const later = join(rig.daemon.home, 'later');
  const known = join(rig.daemon.home, 'etc', 'known_secrets.yaml');
  writeFileSync(known, `env_files: [${join(later, '.env')}]\n`, { mode: 0o600 });
  const secrets = async (): Promise<number> =>
    ((await state())['policy'] as { known_secrets: number }).known_secrets;
  await until(
    async () => ((await state())['policy'] as { unreadable: string[] }).unreadable.length === 1,
    PATIENCE,
  );
  const before = await secrets();

  mkdirSync(later);
  const value = 'Zq8xV2mPw4Ls9Rt6';
  writeFileSync(join(later, '.env'), `TOKEN=${value}\n`, { mode: 0o600 });
  await until(async () => (await secrets()) === before + 1, PATIENCE);
  const forms = [value, Buffer.from(value).toString('base64'), Buffer.from(value).toString('hex')];
  rig.provider.forget();
  await rig.daemon.ask({ body: { messages: [{ role: 'user', content: forms.join(' ') }] } });
  for (const form of forms) expect(rig.provider.received().toString()).not.toContain(form);
});

test('the start line says which boot and which settings', async () => {
  const daemon = await startDaemon();
  onTestFinished(daemon.dispose);
  const line = (await daemon.chain()).find((each) => each.line_type === 'start');
  expect(line).toMatchObject({
    version: expect.any(String),
    policy_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    settings_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    boot_id: readFileSync('/proc/sys/kernel/random/boot_id', 'ascii').trim(),
  });
});

import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { loadKnownSecrets } from '../../lib/config/load/known-secrets.ts';
import { isLowEntropy } from '../../lib/config/load/low-entropy.ts';
import { TEMPLATES } from '../../lib/config/templates.ts';
import type { KnownSecrets } from '../../lib/config/types.ts';
import { failure, homesWith } from './fixture.ts';

const load = (text: string, files = {}) =>
  loadKnownSecrets(homesWith({ 'known_secrets.yaml': text, ...files }));
const shown = ({ entries }: KnownSecrets) =>
  entries.map(({ type, value }) => [type, value.reveal().toString()]);

describe('loadKnownSecrets', () => {
  it('knows nothing without a file or with the template', () => {
    const nothing = { entries: [], skipped: [], envFiles: [], unreadable: [] };
    expect(loadKnownSecrets(homesWith())).toEqual(nothing);
    expect(load(TEMPLATES.knownSecrets)).toEqual(nothing);
  });

  it('reads values and never prints them', () => {
    const secrets = load('values: [{ type: DB_PASSWORD, value: "hush hush" }]');
    expect(shown(secrets)).toEqual([['DB_PASSWORD', 'hush hush']]);
    expect(JSON.stringify(secrets)).not.toContain('hush');
    expect(Object.isFrozen(secrets.entries)).toBe(true);
  });

  it('reads env files, skipping and listing what is no secret', () => {
    const env = `
# a comment
export API_TOKEN=k3jh4kjh5k6jh
NODE_ENV=production
REDIS=localhost:6379
EMPTY=
DATABASE_URL="postgres://app:p%40ssw0rd!x@db.example/app"
my-key='two
lines'
`;
    const secrets = load('env_files: [app.env]', { 'app.env': env });
    expect(shown(secrets)).toEqual([
      ['API_TOKEN', 'k3jh4kjh5k6jh'],
      ['DATABASE_URL', 'postgres://app:p%40ssw0rd!x@db.example/app'],
      ['DATABASE_URL_PASSWORD', 'p@ssw0rd!x'],
      ['MY_KEY', 'two\nlines'],
    ]);
    expect(secrets.skipped.map(({ name }) => name).sort()).toEqual(['EMPTY', 'NODE_ENV', 'REDIS']);
  });

  it('finds env files of the user', () => {
    const homes = homesWith({ 'known_secrets.yaml': 'env_files: [~/.env]' });
    const userHome = join(homes.config, 'user');
    mkdirSync(userHome);
    writeFileSync(join(userHome, '.env'), 'TOKEN=k3jh4kjh5k6jh');
    expect(shown(loadKnownSecrets(homes, { userHome }))).toEqual([['TOKEN', 'k3jh4kjh5k6jh']]);
  });

  it('keeps what a vanished or emptied file held', () => {
    const homes = homesWith({
      'known_secrets.yaml': 'values: [{ type: A, value: "hush hush" }]\nenv_files: [app.env]',
      'app.env': 'TOKEN=k3jh4kjh5k6jh',
    });
    const previous = loadKnownSecrets(homes);
    const env = join(homes.config, 'app.env');
    writeFileSync(env, '\n');
    const emptied = loadKnownSecrets(homes, { previous });
    expect(shown(emptied)).toEqual(shown(previous));
    expect(emptied.unreadable).toEqual([env]);
    expect(emptied.envFiles).toEqual([env]);
    rmSync(env);
    expect(shown(loadKnownSecrets(homes, { previous }))).toEqual(shown(previous));
    rmSync(join(homes.config, 'known_secrets.yaml'));
    expect(loadKnownSecrets(homes, { previous })).toBe(previous);
    expect(shown(loadKnownSecrets(homes))).toEqual([]);
  });

  it('knows our own keys', () => {
    const key = Buffer.alloc(32, 7);
    const homes = homesWith({ 'known_secrets.yaml': '' });
    writeFileSync(join(homes.config, 'session.key'), key);
    const values = shown(loadKnownSecrets(homes));
    expect(values).toContainEqual(['WATERWALL_KEY', key.toString('hex')]);
    expect(values).toContainEqual(['WATERWALL_KEY', key.toString('base64')]);
  });

  it.each([
    ['a short value', 'values: [{ type: A, value: hush }]'],
    ['a number', 'values: [{ type: A, value: 4711471147114711 }]'],
    ['a key for a value', 'values: [{ type: A, hushhushhush: x }]'],
    ['an unquoted alias', 'values: [{ type: A, value: *hushhushhush }]'],
    ['an unquoted tag', 'values: [{ type: A, value: !hushhushhush x }]'],
    ['a broken quote', 'values: [{ type: A, value: "hushhushhush }]'],
    ['a bad escape', 'values: [{ type: A, value: "hushhush\\hush" }]'],
    ['an odd character', 'values:\n  - type: A\n    value: @hushhushhush'],
    ['a map for a key', '{ type: A, value: "hush hush hush" }: x'],
    ['an alias for a list', 'values: &a [ { type: A, value: hushhushhush } ]\n? *a\n: x'],
  ])('says where %s stands, never what it is', (_, text) => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
    const error = failure(() => load(text));
    expect(error.code).toBe('config-invalid');
    expect(`${error.message} ${error.fix} ${JSON.stringify(error.details)}`).not.toMatch(
      /hush|4711/,
    );
    expect(error.details['line']).toBeGreaterThan(0);
    expect(error.cause).toBeUndefined();
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  it('refuses a file that others can read', () => {
    const homes = homesWith({ 'known_secrets.yaml': '' });
    chmodSync(join(homes.config, 'known_secrets.yaml'), 0o644);
    const error = failure(() => loadKnownSecrets(homes));
    expect(error.code).toBe('file-exposed');
    expect(error.fix).toContain(`chmod 600 ${homes.config}/known_secrets.yaml`);
  });
});

describe('isLowEntropy', () => {
  it.each([
    ['NODE_ENV', 'production'],
    ['DEBUG', 'true'],
    ['REGION', 'us-east-1'],
    ['PORT_RANGE', '3000-4000'],
    ['TIMEOUT', '86400000'],
    ['STARTED', '2026-01-02T03:04:05Z'],
    ['HOST', 'db.internal.example'],
    ['ADDRESS', 'localhost:5432'],
    ['SERVERS', '10.0.0.1:9092,10.0.0.2:9092'],
    ['DATA', '/var/lib/postgresql/data'],
    ['KEY', '/etc/ssl/private/server.key'],
    ['URL', 'https://api.example.com/v1/messages'],
    ['MAIL', 'admin@example.com'],
    ['ZONE', 'Europe/Berlin'],
    ['IMAGE', 'library/postgres:16'],
    ['LANG', 'en_US.UTF-8'],
    ['SHORT', 'x9!kQ2z'],
    ['EMPTY', ''],
  ])('%s=%s is no secret', (name, value) => expect(isLowEntropy(name, value)).toBe(true));

  it.each([
    ['DB_PASSWORD', 'production'],
    ['PIN_SECRET', '8675309867'],
    ['TOKEN2', 'hunterhunter'],
    ['DSN', 'postgres://u:p@db.example/x'],
    ['HOOK', 'https://example.com/hook?sig=abc'],
    ['HOOK', 'https://example.com/services/T0AB12CD3/xK29ajLLq0'],
    ['LOGIN', 'admin:changeme'],
    ['VALUE', 'x9kQ2zLp0w'],
    ['VALUE', 'bcdfghjklm'],
    ['VALUE', 'correct horse Battery9xY'],
    ['VALUE', '/9j4AAQSkZJRgABAQ'],
    ['VALUE', 'deadbeef00112233'],
  ])('%s=%s is one', (name, value) => expect(isLowEntropy(name, value)).toBe(false));
});

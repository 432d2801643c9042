import { execFile } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll } from 'vitest';
import { type Authority, createAuthority, openAuthority } from '../../lib/ca/authority.ts';

export const HOSTS = ['api.alpha.example', 'beta.example'];
export const NOW = Date.now();

const run = promisify(execFile);

/** RSA-4096 takes seconds on a busy machine, and its length is no concern here. */
let shared: KeyObject | undefined;

export function rsaKey(): KeyObject {
  shared ??= generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  return shared;
}

/** Another key than {@link rsaKey}. */
export function otherKey(): KeyObject {
  return createPrivateKey(
    generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    }).privateKey,
  );
}

export async function authority(hosts = HOSTS, days?: number): Promise<Authority> {
  const options = { hosts, now: NOW, key: rsaKey() };
  return openAuthority(await createAuthority(days === undefined ? options : { ...options, days }));
}

/** A folder that goes away with the tests of this file. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'ww-ca-'));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** What a program says and its exit code, whatever it is. */
export async function command(name: string, args: readonly string[]) {
  try {
    const { stdout, stderr } = await run(name, [...args], { timeout: 20_000 });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: `${stdout}${stderr}` };
  }
}

export function write(dir: string, name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

export function read(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

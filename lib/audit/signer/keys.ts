import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createFile } from '../../config/atomic.ts';
import { WaterwallError } from '../../errors.ts';
import { publicKeyOf, SEED_BYTES } from '../ed25519.ts';
import {
  formatPublicKeys,
  manifestKeyName,
  type PublicKeys,
  parsePublicKeys,
} from '../public-keys.ts';
import { type VerifierKey, verifierKey } from '../vkey.ts';
import { createStateFile } from './state-file.ts';

/** The files in the signer's folder. Nobody but the signer opens the first three. */
export function signerFiles(folder: string) {
  return {
    logKey: join(folder, 'log.key'),
    /** The key of the next epoch, from when it is asked for until it takes over. */
    nextKey: join(folder, 'next.key'),
    manifestKey: join(folder, 'manifest.key'),
    publicKeys: join(folder, 'vkeys'),
    state: join(folder, 'state'),
  } as const;
}

/** A key that signs, under its public name. */
export interface SigningKey {
  readonly key: VerifierKey;
  /** 32 bytes. */
  readonly seed: Buffer;
}

/**
 * Makes keys and state for a new log under a new origin.
 *
 * @param folder - made 0700 where it is not there
 * @returns the text of `signing.pub`
 * @throws WaterwallError `usage` where there are keys already; `io-error`
 */
export function createSigner(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const files = signerFiles(folder);
  const origin = `waterwall.local/${randomBytes(8).toString('hex')}`;
  const { key: log } = makeKey(files.logKey, origin);
  const { key: manifest } = makeKey(files.manifestKey, manifestKeyName(origin));
  createStateFile(files.state, origin);
  const text = formatPublicKeys({ log, manifest });
  // Last: where it is, the rest is.
  createFile(files.publicKeys, text);
  return text;
}

/** Makes a private key, durably; fails where there is one. */
export function makeKey(file: string, name: string): SigningKey {
  const seed = randomBytes(SEED_BYTES);
  if (!createFile(file, seed)) {
    throw new WaterwallError('usage', `${file} is there already`, {
      fix: 'a log keeps its keys: end it with `waterwall init --new-log` to begin another one',
      details: { file },
    });
  }
  // Whatever the folder's group may do elsewhere: this is the signer's alone.
  chmodSync(file, 0o600);
  return { key: verifierKey(name, publicKeyOf(seed)), seed };
}

/**
 * Reads the public keys that a signer's folder was made with.
 *
 * @throws WaterwallError `file-missing`, `file-exposed`, `config-invalid`, `io-error`
 */
export function readSignerKeys(folder: string): Required<PublicKeys> {
  // Whoever may list or change the folder may put another key in place of one.
  requirePrivate(folder, '700');
  const file = signerFiles(folder).publicKeys;
  const keys = parsePublicKeys(read(file).toString('utf8'));
  if (keys?.manifest !== undefined) return { log: keys.log, manifest: keys.manifest };
  throw broken(file, 'does not hold the two public keys');
}

/**
 * Looks at a signer's folder without reading a private key: that is for the signer alone.
 *
 * @returns the text of `signing.pub`, as the folder has it
 * @throws WaterwallError `file-missing`, `file-exposed`, `io-error`
 */
export function inspectSigner(folder: string): string {
  const files = signerFiles(folder);
  requirePrivate(folder, '700');
  const secrets = [files.logKey, files.manifestKey, files.state];
  if (existsSync(files.nextKey)) secrets.push(files.nextKey);
  for (const file of secrets) requirePrivate(file, '600');
  return read(files.publicKeys).toString('utf8');
}

function requirePrivate(path: string, mode: '600' | '700'): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw missing(path);
  if (process.platform === 'win32' || (stats.mode & 0o077) === 0) return;
  const was = (stats.mode & 0o777).toString(8);
  throw new WaterwallError('file-exposed', `${path} is open to others (mode ${was})`, {
    fix: `run chmod ${mode} ${path}; if others had access, end the log with \`waterwall init --new-log\``,
    details: { file: path, mode: was },
  });
}

/**
 * Reads a private key.
 *
 * @throws WaterwallError `file-missing`, `file-exposed`, `config-invalid`, `io-error`
 */
export function loadKey(file: string, key: VerifierKey): SigningKey {
  const seed = loadSeed(file);
  if (!publicKeyOf(seed).equals(key.publicKey)) throw broken(file, 'is not the key of its vkey');
  return { key, seed };
}

/** The same, of a key whose public half is not known. */
export function loadSeed(file: string): Buffer {
  requirePrivate(file, '600');
  const seed = read(file);
  if (seed.length !== SEED_BYTES) throw broken(file, `is not ${SEED_BYTES} bytes long`);
  return seed;
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') throw missing(file);
    throw new WaterwallError('io-error', `${file} cannot be read`, {
      fix: `see that ${file} belongs to the user who runs the signer`,
      cause,
      details: { file },
    });
  }
}

const FIX = 'restore it from a backup, or end the log with `waterwall init --new-log`';

function missing(file: string): WaterwallError<'file-missing'> {
  return new WaterwallError('file-missing', `${file} is missing`, { fix: FIX, details: { file } });
}

function broken(file: string, reason: string): WaterwallError<'config-invalid'> {
  return new WaterwallError('config-invalid', `${file} ${reason}`, { fix: FIX, details: { file } });
}

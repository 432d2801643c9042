import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, statSync } from 'node:fs';
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

/** The files in the signer's folder. Nobody but the signer opens the first two. */
export function signerFiles(folder: string) {
  return {
    logKey: join(folder, 'log.key'),
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

/** Both of a log's keys. */
export interface SigningKeys {
  readonly log: SigningKey;
  readonly manifest: SigningKey;
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
  const log = makeKey(files.logKey, origin);
  const manifest = makeKey(files.manifestKey, manifestKeyName(origin));
  createStateFile(files.state, origin);
  const text = formatPublicKeys({ log, manifest });
  // Last: where it is, the rest is.
  createFile(files.publicKeys, text);
  return text;
}

function makeKey(file: string, name: string): VerifierKey {
  const seed = randomBytes(SEED_BYTES);
  if (!createFile(file, seed)) {
    throw new WaterwallError('usage', `${file} is there already`, {
      fix: 'a log keeps its keys: end it with `waterwall init --new-log` to begin another one',
      details: { file },
    });
  }
  // Whatever the folder's group may do elsewhere: this is the signer's alone.
  chmodSync(file, 0o600);
  return verifierKey(name, publicKeyOf(seed));
}

/**
 * Opens the keys.
 *
 * @throws WaterwallError `file-missing`, `file-exposed`, `config-invalid`, `io-error`
 */
export function loadSigningKeys(folder: string): SigningKeys {
  // Whoever may list or change the folder may put another key in place of one.
  requirePrivate(folder, '700');
  const files = signerFiles(folder);
  const keys = readPublic(files.publicKeys);
  const log = loadKey(files.logKey, keys.log);
  const manifest = loadKey(files.manifestKey, keys.manifest);
  return { log, manifest };
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
  for (const file of [files.logKey, files.manifestKey, files.state]) requirePrivate(file, '600');
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

function readPublic(file: string): Required<PublicKeys> {
  const keys = parsePublicKeys(read(file).toString('utf8'));
  if (keys?.manifest !== undefined) return { log: keys.log, manifest: keys.manifest };
  throw broken(file, 'does not hold the two public keys');
}

function loadKey(file: string, key: VerifierKey): SigningKey {
  requirePrivate(file, '600');
  const seed = read(file);
  if (seed.length !== SEED_BYTES) throw broken(file, `is not ${SEED_BYTES} bytes long`);
  if (!publicKeyOf(seed).equals(key.publicKey)) throw broken(file, 'is not the key of its vkey');
  return { key, seed };
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

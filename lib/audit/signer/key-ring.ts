import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { syncFolder } from '../../config/atomic.ts';
import { publicKeyOf, SEED_BYTES } from '../ed25519.ts';
import { formatPublicKeys } from '../public-keys.ts';
import { parseVkey, verifierKey } from '../vkey.ts';
import {
  loadKey,
  loadSeed,
  makeKey,
  readSignerKeys,
  type SigningKey,
  signerFiles,
} from './keys.ts';

/** The private keys of a log: one that signs checkpoints, until the next one takes over. */
export interface KeyRing {
  /** The text of `signing.pub`. */
  readonly publicKeys: string;
  readonly log: SigningKey;
  readonly manifest: SigningKey;
  /** The key of the next epoch, where it has been made. */
  readonly next: SigningKey | undefined;
  /** Makes it, durably, where it is not there. */
  makeNext(): SigningKey;
  /** The next key becomes the one that signs; the private half of the one before it is destroyed. */
  takeOver(): void;
}

/**
 * Opens the keys. Where the state says that the next key signs and its taking over was cut short,
 * that is finished here.
 *
 * @param vkey - the key that signs, as the state has it; undefined: the log's first
 * @throws WaterwallError `file-missing`, `file-exposed`, `config-invalid`, `io-error`
 */
export function openKeyRing(folder: string, vkey: string | undefined): KeyRing {
  const files = signerFiles(folder);
  const told = readSignerKeys(folder);
  const current = (vkey === undefined ? undefined : parseVkey(vkey)) ?? told.log;
  const origin = told.log.name;
  const isPending = (): boolean => existsSync(files.nextKey);

  function loadNext(): SigningKey {
    const seed = loadSeed(files.nextKey);
    return { key: verifierKey(origin, publicKeyOf(seed)), seed };
  }

  function replace(): void {
    overwrite(files.logKey);
    renameSync(files.nextKey, files.logKey);
    syncFolder(folder);
  }

  let next = isPending() ? loadNext() : undefined;
  if (next?.key.id === current.id && next.key.publicKey.equals(current.publicKey)) {
    replace();
    next = undefined;
  }
  let log = loadKey(files.logKey, current);
  const manifest = loadKey(files.manifestKey, told.manifest);

  return {
    publicKeys: formatPublicKeys(told),
    manifest,
    get log() {
      return log;
    },
    get next() {
      return next;
    },
    makeNext() {
      next ??= makeKey(files.nextKey, origin);
      return next;
    },
    takeOver() {
      if (next === undefined) throw new TypeError('There is no key that could take over.');
      replace();
      log.seed.fill(0);
      log = next;
      next = undefined;
    },
  };
}

/**
 * Overwrites a private key where it lies. Best effort: an SSD, a file system that copies on write,
 * a backup or a snapshot may keep what was there.
 */
function overwrite(file: string): void {
  const handle = openSync(file, 'r+');
  try {
    writeSync(handle, randomBytes(SEED_BYTES), 0, SEED_BYTES, 0);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

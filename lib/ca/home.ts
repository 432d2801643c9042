import { readFileSync } from 'node:fs';
import { createFile, replaceFile } from '../config/atomic.ts';
import { filesOf } from '../config/files.ts';
import type { HomePart } from '../config/init.ts';
import { loadHosts } from '../config/load/hosts.ts';
import { requirePrivate } from '../config/modes.ts';
import type { Homes } from '../config/types.ts';
import { WaterwallError } from '../errors.ts';
import { type Authority, createAuthority, openAuthority } from './authority.ts';
import { bundleText } from './bundle.ts';

/** The certificate authority as a part of the homes. */
export function authorityPart(homes: Homes): HomePart {
  const { caCertificate, caKey } = filesOf(homes);
  return {
    name: 'certificate authority',
    paths: [caKey, caCertificate],
    make: async () => {
      const hosts = loadHosts(homes).hosts.map(({ host }) => host);
      const files = await createAuthority({ hosts, now: Date.now() });
      if (!createFile(caKey, files.key) || !createFile(caCertificate, files.certificate)) {
        throw new WaterwallError('already-running', 'another process made a CA meanwhile', {
          fix: 'run the command again',
        });
      }
      refreshBundle(homes);
    },
    fix: 'restore ca.pem and ca.key from one backup, or make a new CA: waterwall regen-ca',
  };
}

/**
 * Opens the authority of the homes. Never makes one.
 *
 * @throws WaterwallError `file-missing`, `file-exposed`, `config-invalid`
 */
export function loadAuthority(homes: Homes): Authority {
  const { caCertificate, caKey } = filesOf(homes);
  requirePrivate(caKey);
  return openAuthority({ certificate: readPem(caCertificate), key: readPem(caKey) });
}

/**
 * Writes `ca-bundle.pem` where it does not say what it should: the system's roots change with its
 * updates. Where a bundle with our CA is there and the folder is not this process's to write (a
 * service), it stays as it is.
 *
 * @returns whether it was written
 */
export function refreshBundle(homes: Homes): boolean {
  const { caBundle, caCertificate } = filesOf(homes);
  const authority = readPem(caCertificate);
  const text = bundleText(authority);
  const before = readIfThere(caBundle);
  if (before === text) return false;
  try {
    replaceFile(caBundle, text);
    return true;
  } catch (error) {
    if (before?.includes(authority.trim())) return false;
    throw error;
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
}

function readPem(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch (cause) {
    throw new WaterwallError('file-missing', `${file} cannot be read`, {
      fix: `restore ${file} from a backup, or make a new CA: waterwall regen-ca`,
      cause,
      details: { file },
    });
  }
}

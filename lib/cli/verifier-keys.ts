import { existsSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import type { PublicKeys } from '../audit/public-keys.ts';

/**
 * The keys that a verification trusts: those of `--pubkey`, or the home's own. A key that came with
 * the evidence itself is never trusted.
 *
 * @param path - a log that is verified: the home's key is only for the home's own log
 * @throws WaterwallError `file-missing`, `io-error`, `config-invalid`
 */
export async function chosenKeys(
  pubkey: string | undefined,
  path?: string,
): Promise<PublicKeys | undefined> {
  const { readPublicKeys } = await import('../audit/public-keys.ts');
  if (pubkey !== undefined) return readPublicKeys(pubkey);
  const { filesOf } = await import('../config/files.ts');
  const { currentHomes } = await import('../ops/current-homes.ts');
  const homes = currentHomes(process.env);
  const { signingPublicKey } = filesOf(homes);
  if (path !== undefined && !isInside(path, homes.log)) return undefined;
  return existsSync(signingPublicKey) ? readPublicKeys(signingPublicKey) : undefined;
}

/** The chain folder of the home. */
export async function chainOfHome(): Promise<string> {
  const { filesOf } = await import('../config/files.ts');
  const { currentHomes } = await import('../ops/current-homes.ts');
  return filesOf(currentHomes(process.env)).chain;
}

function isInside(path: string, folder: string): boolean {
  return `${resolve(path)}${sep}`.startsWith(`${resolve(folder)}${sep}`);
}

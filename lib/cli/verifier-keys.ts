import { resolve, sep } from 'node:path';
import type { PublicKeys } from '../audit/public-keys.ts';

/**
 * The keys that a verification trusts: those of `--pubkey`, or the home's own for what lies in the
 * home's log folder. A key that came with the evidence itself is never trusted.
 *
 * @throws WaterwallError `file-missing`, `io-error`, `config-invalid`
 */
export async function chosenKeys(
  pubkey: string | undefined,
  path: string,
): Promise<PublicKeys | undefined> {
  const { readPublicKeys } = await import('../audit/public-keys.ts');
  if (pubkey !== undefined) return readPublicKeys(pubkey);
  const { existsSync } = await import('node:fs');
  const { filesOf } = await import('../config/files.ts');
  const { currentHomes } = await import('../ops/current-homes.ts');
  const homes = currentHomes(process.env);
  const { signingPublicKey } = filesOf(homes);
  const isOwn = `${resolve(path)}${sep}`.startsWith(`${resolve(homes.log)}${sep}`);
  return isOwn && existsSync(signingPublicKey) ? readPublicKeys(signingPublicKey) : undefined;
}

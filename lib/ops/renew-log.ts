import { beginNewLog, type NewLog } from '../audit/new-log.ts';
import { filesOf } from '../config/files.ts';
import { loadSettings } from '../config/load/settings.ts';
import type { Homes } from '../config/types.ts';
import { requireSetUp } from './home-parts.ts';

/**
 * Ends the log of a home and begins a new one; the proxy must not run.
 *
 * @returns also what is left to do, where the signer's keys are not ours to make
 * @throws WaterwallError `file-missing`, `already-running`, `io-error`, `config-invalid`
 */
export async function renewLog(homes: Homes): Promise<NewLog & { readonly next?: string }> {
  requireSetUp(homes);
  const { signerSocket } = loadSettings(homes).audit;
  const renewed = await beginNewLog(homes, new Date(), signerSocket !== undefined);
  if (signerSocket === undefined) return renewed;
  const { signingPublicKey } = filesOf(homes);
  return {
    ...renewed,
    next: `now move the signer's folder away and make new keys as its user: waterwall signer --init --state DIR > ${signingPublicKey}`,
  };
}

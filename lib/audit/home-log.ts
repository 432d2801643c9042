import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filesOf } from '../config/files.ts';
import type { Homes, Settings } from '../config/types.ts';
import { openAnchor } from './anchor.ts';
import { CLOSED_FILE, listClosed } from './folder.ts';
import { readPublicKeys } from './public-keys.ts';
import { openSignedLog, type SignedLog, type SignedLogDeps } from './signed-log.ts';
import { childReach, serviceReach } from './signer/reach.ts';
import type { LineFields } from './types.ts';

/**
 * Opens the signed log of a home, with the signer its settings name.
 *
 * @throws WaterwallError `file-missing` without `signing.pub`; what {@link openSignedLog} throws
 */
export async function openHomeLog(
  homes: Homes,
  settings: Settings['audit'],
  deps: Pick<SignedLogDeps, 'onPoison' | 'onSigner' | 'onAppended' | 'onLine' | 'onFault'>,
): Promise<SignedLog> {
  const files = filesOf(homes);
  const { signerSocket } = settings;
  const keys = await readPublicKeys(files.signingPublicKey);
  const previous = await lastClosed(homes.log);
  return openSignedLog(homes.log, {
    keys,
    reach: signerSocket === undefined ? childReach(files.signer) : serviceReach(signerSocket),
    settings,
    anchor: settings.anchor === undefined ? undefined : openAnchor(settings.anchor, deps.onFault),
    ...(previous === undefined ? {} : { previous }),
    now: () => new Date(),
    ticks: () => performance.now(),
    ...deps,
  });
}

/** What the latest log that was ended here left for its successor's first line. */
async function lastClosed(logFolder: string): Promise<LineFields | undefined> {
  const latest = (await listClosed(logFolder)).at(-1);
  if (latest === undefined) return undefined;
  return JSON.parse(await readFile(join(latest, CLOSED_FILE), 'utf8')) as LineFields;
}

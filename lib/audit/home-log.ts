import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filesOf } from '../config/files.ts';
import type { Homes, Settings } from '../config/types.ts';
import { WaterwallError } from '../errors.ts';
import { type Anchor, openAnchor } from './anchor.ts';
import { CLOSED_FILE, listClosed } from './folder.ts';
import { startEpochs } from './key-epochs.ts';
import type { LogKey } from './log-key.ts';
import { openNotesFolder } from './notes-folder.ts';
import { readPublicKeys } from './public-keys.ts';
import { openSignedLog, type SignedLog, type SignedLogDeps } from './signed-log.ts';
import { childReach, serviceReach } from './signer/reach.ts';
import type { LineFields } from './types.ts';
import { parseWitnessKey } from './witness/cosignature.ts';
import type { Connect } from './witness/submit.ts';
import { openWitness } from './witness/witness.ts';

/** What the log of a home needs besides. */
export interface HomeLogDeps
  extends Pick<
    SignedLogDeps,
    'onPoison' | 'onSigner' | 'onAppended' | 'onLine' | 'onAnchor' | 'onFault'
  > {
  /** The way to a witness. */
  readonly connect: Connect;
}

/**
 * Opens the signed log of a home, with the signer its settings name.
 *
 * @throws WaterwallError `file-missing` without `signing.pub`; `config-invalid` for a witness's key; what {@link openSignedLog} throws
 */
export async function openHomeLog(
  homes: Homes,
  settings: Settings['audit'],
  { connect, ...deps }: HomeLogDeps,
): Promise<SignedLog> {
  const files = filesOf(homes);
  const { signerSocket } = settings;
  const keys = await readPublicKeys(files.signingPublicKey);
  const epochs = startEpochs(keys.log);
  const previous = await lastClosed(homes.log);
  return openSignedLog(homes.log, {
    keys,
    epochs,
    reach: signerSocket === undefined ? childReach(files.signer) : serviceReach(signerSocket),
    settings,
    anchor: anchorOf(homes.log, settings.anchor, epochs.key, { connect, ...deps }),
    ...(previous === undefined ? {} : { previous }),
    now: () => new Date(),
    ticks: () => performance.now(),
    ...deps,
  });
}

function anchorOf(
  logFolder: string,
  target: Settings['audit']['anchor'],
  key: LogKey,
  { connect, onAnchor = () => {}, onFault }: Pick<HomeLogDeps, 'connect' | 'onAnchor' | 'onFault'>,
): Anchor | undefined {
  if (target === undefined) return undefined;
  const failed = (error: WaterwallError<'io-error'>): void => {
    onAnchor(error);
    onFault(error);
  };
  const told = { onFault: failed, onHolds: () => onAnchor(undefined) };
  if (typeof target === 'string' || !('witness' in target)) return openAnchor(target, told);
  const { url, key: vkey } = target.witness;
  const witness = parseWitnessKey(vkey);
  if (witness === undefined) {
    throw new WaterwallError('config-invalid', `${vkey} is no key of a witness`, {
      fix: 'set `audit.anchor.witness.key` to its vkey for cosignature/v1 (its kind is 0x04)',
    });
  }
  const { keep } = openNotesFolder(logFolder, onFault);
  return openWitness({
    target: { url, key: witness },
    logFolder,
    key,
    connect,
    onCosigned: (note) => void keep(note, new Date()),
    ...told,
  });
}

/** What the latest log that was ended here left for its successor's first line. */
async function lastClosed(logFolder: string): Promise<LineFields | undefined> {
  const latest = (await listClosed(logFolder)).at(-1);
  if (latest === undefined) return undefined;
  return JSON.parse(await readFile(join(latest, CLOSED_FILE), 'utf8')) as LineFields;
}

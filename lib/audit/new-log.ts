import { copyFile, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createFile } from '../config/atomic.ts';
import { filesOf } from '../config/files.ts';
import type { Homes } from '../config/types.ts';
import { readChainEnd } from './chain-end.ts';
import { createChain } from './create.ts';
import { explain } from './damage.ts';
import {
  CHECKPOINTS_FOLDER,
  CLOSED_FILE,
  CLOSED_FOLDER,
  COSIGNED_FILE,
  exists,
  listClosed,
  TORN_FOLDER,
  UNFINISHED,
} from './folder.ts';
import { lockLog } from './lock.ts';
import { readPublicKeys } from './public-keys.ts';
import { syncFolder } from './segment.ts';
import { createSigner } from './signer/keys.ts';
import type { LineFields } from './types.ts';

/** What {@link beginNewLog} did. */
export interface NewLog {
  /** Where the old log lies now, whole, with its keys. */
  readonly closed: string;
  readonly made: readonly string[];
}

/**
 * Ends a log as it is, whatever state it is in, and begins a new one under a new origin and new
 * keys; its first line will name the old one. Nothing of the old log is changed: it verifies, or
 * does not, as before, with its own `signing.pub`.
 *
 * Where it is cut short it is finished by the next call; nothing is moved twice.
 *
 * @param hasOwnSigner - the signer's keys are not here, and are made by its own user
 * @throws WaterwallError `already-running` where somebody writes the log; `io-error`
 */
export async function beginNewLog(homes: Homes, now: Date, hasOwnSigner: boolean): Promise<NewLog> {
  const lock = await lockLog(homes.log);
  try {
    return await replaceLog(homes, now, hasOwnSigner);
  } catch (error) {
    return explain(homes.log, error);
  } finally {
    await lock.release();
  }
}

async function replaceLog(homes: Homes, now: Date, hasOwnSigner: boolean): Promise<NewLog> {
  const files = filesOf(homes);
  const parent = join(homes.log, CLOSED_FOLDER);
  await mkdir(parent, { recursive: true, mode: 0o700 });
  await syncFolder(homes.log);
  const begun = (await readdir(parent)).find((name) => name.endsWith(UNFINISHED));
  const name = begun?.slice(0, -UNFINISHED.length) ?? now.toISOString().replaceAll(/[:.]/g, '-');
  const folder = join(parent, name + UNFINISHED);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const record = join(folder, CLOSED_FILE);
  if (!(await exists(record))) {
    const old = await describe(homes);
    if (old !== undefined) {
      createFile(record, JSON.stringify({ ...old, folder: `${CLOSED_FOLDER}/${name}` }));
    }
  }
  const parts = [files.chain, files.checkpoint, files.manifests, files.receipts, files.signer];
  for (const inner of [COSIGNED_FILE, CHECKPOINTS_FOLDER, TORN_FOLDER])
    parts.push(join(homes.log, inner));
  for (const path of parts) await move(path, join(folder, basename(path)));
  await move(files.signingPublicKey, join(folder, basename(files.signingPublicKey)));
  const closed = join(parent, name);
  await rename(folder, closed);
  await syncFolder(parent);
  const made = [files.chain];
  if (!hasOwnSigner) {
    createFile(files.signingPublicKey, createSigner(files.signer));
    made.push(files.signer, files.signingPublicKey);
  }
  await createChain(homes.log);
  return { closed, made };
}

/**
 * What can be said of the log that ends; undefined where there is none, or an empty one that takes
 * the place of a log ended before.
 */
async function describe(homes: Homes): Promise<LineFields | undefined> {
  const files = filesOf(homes);
  const keys = await readPublicKeys(files.signingPublicKey).catch(() => undefined);
  const end = await readChainEnd(files.chain).catch(() => undefined);
  const checkpoint = await readFile(files.checkpoint, 'utf8').catch(() => undefined);
  const isEmpty = (end?.head.length ?? 0) === 0 && checkpoint === undefined;
  if (isEmpty && (await listClosed(homes.log)).length > 0) return undefined;
  return {
    ...(keys === undefined ? {} : { origin: keys.log.name }),
    ...(end === undefined ? {} : { length: end.head.length, head: end.head.hash }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
  };
}

/** Moves what is there; across file systems by copying, which only `signing.pub` can need. */
async function move(from: string, to: string): Promise<void> {
  if (!(await exists(from))) return;
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    await copyFile(from, to);
    await rm(from);
  }
}

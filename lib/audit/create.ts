import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { WaterwallError } from '../errors.ts';
import { explain, missingChain } from './damage.ts';
import { CHAIN_FOLDER, CHAIN_TRACES, exists } from './folder.ts';
import { createSegment, syncFolder } from './segment.ts';

/**
 * Makes an empty chain in a log folder that never had one.
 *
 * @throws WaterwallError `usage` where there is a chain, `chain-damaged` where there was one
 */
export async function createLog(logFolder: string): Promise<void> {
  await create(logFolder).catch((error: unknown) => explain(logFolder, error));
}

async function create(logFolder: string): Promise<void> {
  const made = await mkdir(logFolder, { recursive: true, mode: 0o700 });
  if (made !== undefined) await syncFolder(dirname(logFolder));
  const chain = join(logFolder, CHAIN_FOLDER);
  if (await exists(chain)) throw alreadyThere(logFolder);
  for (const trace of CHAIN_TRACES) {
    if (await exists(join(logFolder, trace))) throw missingChain(chain);
  }
  await createChain(logFolder);
}

/** Makes an empty chain in a log folder that has none, whatever else is there. */
export async function createChain(logFolder: string): Promise<void> {
  const chain = join(logFolder, CHAIN_FOLDER);
  // Complete or not at all: the folder gets its name when its first segment is durable. Renaming
  // fails where another process was faster, because a chain is never an empty folder.
  const unnamed = await mkdtemp(join(logFolder, '.chain-'));
  try {
    await (await createSegment(unnamed, 0)).close();
    await rename(unnamed, chain);
  } catch (error) {
    await rm(unnamed, { recursive: true, force: true });
    throw error;
  }
  await syncFolder(logFolder);
}

function alreadyThere(logFolder: string): WaterwallError<'usage'> {
  return new WaterwallError('usage', `there is an audit log in ${logFolder} already`, {
    fix: 'go on with it: `waterwall up` opens it',
  });
}

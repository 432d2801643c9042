import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { HomeFiles } from '../config/files.ts';

/** What a log takes on the disk. Named as state shows it. */
export interface DiskUse {
  /** Of all segments of the chain. */
  readonly chain_bytes: number;
  readonly segments: number;
  /** Session manifests. */
  readonly manifests: number;
  /** Receipts that were asked for; every redaction line can have one. */
  readonly receipts: number;
}

/** Looks at the folders of a log. What is not there counts as nothing. */
export async function lookAtDisk(
  files: Pick<HomeFiles, 'chain' | 'manifests' | 'receipts'>,
): Promise<DiskUse> {
  const [segments, manifests, receipts] = await Promise.all([
    namesIn(files.chain, '.jsonl'),
    namesIn(files.manifests, '.json'),
    namesIn(files.receipts, '.tlog-proof'),
  ]);
  const sizes = await Promise.all(segments.map((name) => sizeOf(join(files.chain, name))));
  return {
    chain_bytes: sizes.reduce((sum, size) => sum + size, 0),
    segments: segments.length,
    manifests: manifests.length,
    receipts: receipts.length,
  };
}

async function namesIn(folder: string, ending: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith(ending));
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/** A segment may be moved away between the two looks. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isAbsent(error)) return 0;
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

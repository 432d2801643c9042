import { resolve } from 'node:path';
import { type RegenerateReport, regenerateAuthority } from '../ca/regenerate.ts';
import { filesOf } from '../config/files.ts';
import { loadHostsFile } from '../config/load/hosts.ts';
import type { Homes } from '../config/types.ts';
import { requireSetUp } from './home-parts.ts';

export interface RenewOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Instead of the home's host list. */
  readonly hostsFile?: string;
  /** Instead of the home's configuration folder. */
  readonly outDir?: string;
  readonly days?: number;
}

/**
 * Makes a new CA for a host list.
 *
 * @throws WaterwallError `file-missing` in a home that was never set up: a lone CA there would make
 *   the first `up` refuse the rest as lost
 */
export async function renewAuthority(
  homes: Homes,
  { now, hostsFile, outDir, days }: RenewOptions,
): Promise<RegenerateReport> {
  if (outDir === undefined) requireSetUp(homes);
  const { hosts: list } = filesOf(homes);
  const { hosts } = loadHostsFile(hostsFile === undefined ? list : resolve(hostsFile));
  return await regenerateAuthority({
    folder: outDir === undefined ? homes.config : resolve(outDir),
    hosts: hosts.map(({ host }) => host),
    now,
    ...(days === undefined ? {} : { days }),
  });
}

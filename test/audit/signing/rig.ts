import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Anchor } from '../../../lib/audit/anchor.ts';
import { createLog } from '../../../lib/audit/create.ts';
import { type PublicKeys, parsePublicKeys } from '../../../lib/audit/public-keys.ts';
import { openSignedLog, type SignedLog } from '../../../lib/audit/signed-log.ts';
import { createSigner } from '../../../lib/audit/signer/keys.ts';
import { childReach, type SignerReach } from '../../../lib/audit/signer/reach.ts';
import type { WaterwallError } from '../../../lib/errors.ts';
import { tempFolder } from '../logs.ts';

/** A log folder with a signer that is its own process, as the daemon has it. */
export async function signedHome() {
  const folder = tempFolder();
  const signer = join(folder, 'signer');
  const keys = parsePublicKeys(createSigner(signer)) as PublicKeys;
  await createLog(folder);
  return { folder, signer, keys, ...opener(folder, keys, childReach(signer)) };
}

export interface Watched {
  readonly log: SignedLog;
  readonly failures: (WaterwallError | undefined)[];
  readonly faults: unknown[];
}

export function opener(folder: string, keys: PublicKeys, reach: SignerReach) {
  const open = async (
    more: {
      timeout?: number;
      lines?: number;
      reach?: SignerReach;
      anchor?: Anchor;
      keyEpoch?: number;
      now?: () => Date;
    } = {},
  ): Promise<Watched> => {
    const failures: (WaterwallError | undefined)[] = [];
    const faults: unknown[] = [];
    const log = await openSignedLog(folder, {
      keys,
      reach: more.reach ?? reach,
      anchor: more.anchor,
      settings: {
        checkpointLines: more.lines ?? 100,
        checkpointInterval: 300_000,
        signerTimeout: more.timeout ?? 10_000,
        ...(more.keyEpoch === undefined ? {} : { keyEpoch: more.keyEpoch }),
      },
      now: more.now ?? (() => new Date()),
      ticks: () => performance.now(),
      onPoison: (error) => faults.push(error),
      onSigner: (failure) => failures.push(failure),
      onFault: (error) => faults.push(error),
    });
    onTestFinished(() => log.close().catch(() => {}));
    return { log, failures, faults };
  };
  return { open };
}

/** The types of a chain's lines, its segments in one. */
export function lines(folder: string, first = 0): Record<string, unknown>[] {
  const path = join(folder, 'chain', `${String(first).padStart(20, '0')}.jsonl`);
  return readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

export const typesOf = (folder: string, first = 0): unknown[] =>
  lines(folder, first).map((line) => line['line_type']);

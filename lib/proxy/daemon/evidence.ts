import { readFileSync } from 'node:fs';
import type { EvidenceReport } from '../../audit/evidence/export.ts';
import { exportInThread } from '../../audit/evidence/thread.ts';
import type { SignedLog } from '../../audit/signed-log.ts';
import { filesOf } from '../../config/files.ts';
import type { Homes, HostPolicy } from '../../config/types.ts';
import type { Progress } from '../../control/admin-protocol.ts';
import type { ExportWish, HandedOver } from '../../control/export-wish.ts';
import { WaterwallError } from '../../errors.ts';
import { parseEnd } from '../../ops/evidence/days.ts';
import { policySnapshot } from '../../ops/evidence/policy-snapshot.ts';
import type { LoadedPolicy } from '../policy.ts';
import type { Spool } from './spool.ts';

export interface EvidenceParts {
  readonly homes: Homes;
  readonly policy: () => LoadedPolicy;
  readonly hosts: HostPolicy | undefined;
  readonly audit: Pick<SignedLog, 'signed' | 'manifest'>;
  /** Where bundles lie that are fetched. */
  readonly spool: Spool;
}

/** How long the last lines may take to be signed: what is not signed is in no bundle. */
const LAST_SIGNATURE = 5_000;

/** Exports evidence of a running daemon's log, one bundle at a time. */
export function createEvidenceExport({ homes, policy, hosts, audit, spool }: EvidenceParts) {
  const files = filesOf(homes);
  let running = false;
  return async (
    { out, since, until, overwrite, hand_over }: ExportWish,
    tell: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<EvidenceReport & Partial<HandedOver>> => {
    const range = {
      since: since === undefined ? undefined : parseEnd(since, 'since'),
      until: until === undefined ? undefined : parseEnd(until, 'until'),
    };
    if (running) throw busy();
    running = true;
    try {
      const spooled = hand_over === true ? spool.reserve() : undefined;
      await audit.signed(LAST_SIGNATURE);
      const { hash, scanner, patterns, known } = policy();
      const report = await exportInThread(
        {
          chain: files.chain,
          log: homes.log,
          manifests: files.manifests,
          publicKeys: readFileSync(files.signingPublicKey, 'utf8'),
          policyHash: hash,
          policy: policySnapshot({
            hash,
            types: scanner.types,
            patterns,
            knownSecrets: known.entries.length,
            hosts,
          }),
          ...range,
          out: spooled?.path ?? out,
          overwrite: overwrite ?? false,
        },
        {
          sign: audit.manifest,
          tell: (step, done, total) => tell({ step, done, total }),
          signal,
        },
      );
      if (spooled === undefined) return report;
      spool.offer(spooled.id);
      return { ...report, out, bundle: spooled.id };
    } finally {
      running = false;
    }
  };
}

function busy(): WaterwallError<'usage'> {
  return new WaterwallError('usage', 'another export is under way', {
    fix: 'wait until it has ended',
  });
}

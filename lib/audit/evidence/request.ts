import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../config/package-root.ts';
import { WaterwallError } from '../../errors.ts';
import { parsePublicKeys } from '../public-keys.ts';
import type { EvidenceSources } from './contents.ts';

/** What is wanted of an export, in words that pass between threads. */
export interface EvidenceRequest {
  /** The chain's folder. */
  readonly chain: string;
  /** The log folder: checkpoints. */
  readonly log: string;
  /** Session manifests. */
  readonly manifests: string;
  /** The text of `signing.pub`. */
  readonly publicKeys: string;
  /** The policy in force, as JSON, and its hash. */
  readonly policy: string;
  readonly policyHash: string;
  /** Milliseconds since the epoch, both included. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly out: string;
  readonly overwrite: boolean;
}

/** @throws WaterwallError `config-invalid` where the public keys are none */
export function sourcesOf(request: EvidenceRequest): EvidenceSources {
  const keys = parsePublicKeys(request.publicKeys);
  if (keys?.manifest === undefined) {
    throw new WaterwallError('config-invalid', 'signing.pub does not hold both keys of the log', {
      fix: 'name the signing.pub that was made with the log',
    });
  }
  const share = join(packageRoot(), 'share');
  const { chain, log, manifests, policyHash } = request;
  return {
    chain,
    log,
    manifests,
    keys,
    publicKeys: Buffer.from(request.publicKeys),
    policy: Buffer.from(request.policy),
    policyHash,
    specification: readFileSync(join(share, 'SPEC-audit.md')),
    verifier: readFileSync(join(share, 'verify.py')),
  };
}

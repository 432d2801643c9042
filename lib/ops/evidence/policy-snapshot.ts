import { createHash } from 'node:crypto';
import type { HostPolicy, PatternPolicy } from '../../config/types.ts';

/** What a policy snapshot is made of. */
export interface PolicyFacts {
  readonly hash: string;
  /** Types that are looked for. */
  readonly types: readonly string[];
  readonly patterns: PatternPolicy;
  /** How many values are known as secrets. */
  readonly knownSecrets: number;
  /** Undefined where the host list is bad: nothing is permitted then. */
  readonly hosts: HostPolicy | undefined;
}

/**
 * The policy as an auditor may see it: types, counts and hashes. What the operator wrote himself,
 * an expression or an exception, may hold what nobody else is to read; its hash tells whether it is
 * the one somebody shows.
 */
export function policySnapshot(facts: PolicyFacts): string {
  const { hash, types, patterns, knownSecrets, hosts } = facts;
  const snapshot = {
    version: 1,
    policy_hash: hash,
    types,
    disabled: patterns.disable,
    operator_patterns: patterns.patterns.map(({ type, regex }) => ({
      type,
      sha256: sha256(regex),
    })),
    allow: patterns.allow.map((entry) => ({ sha256: sha256(entry) })),
    known_secrets: knownSecrets,
    permitted_hosts: (hosts?.hosts ?? []).map(({ host, port, sseHandler }) => ({
      host,
      port,
      sse_handler: sseHandler,
    })),
    unlisted_hosts: hosts?.unlistedHosts ?? 'refuse',
  };
  return `${JSON.stringify(snapshot, null, 2)}\n`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

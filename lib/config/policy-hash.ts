import { createHash, createHmac } from 'node:crypto';
import type { KnownSecrets, PatternPolicy } from './types.ts';

/** What decides about what is redacted. */
export interface Policy {
  /** Names the built-in pattern set, e.g. its version or digest. */
  readonly builtIn: string;
  readonly patterns: PatternPolicy;
  readonly known: KnownSecrets;
}

/**
 * A policy's SHA-256 in hex, over a canonical form: the order in which things are listed does not
 * count. Known secrets go in as HMACs under the session key, so that the hash, which the audit log
 * publishes, cannot be used to guess them.
 */
export function policyHash(policy: Policy, sessionKey: Uint8Array): string {
  const { patterns, allow, disable } = policy.patterns;
  const canonical = [
    'waterwall policy 1',
    policy.builtIn,
    patterns
      .map(({ type, regex, keywords }) => [type, regex, [...keywords].sort()])
      .sort(([a], [b]) => compare(String(a), String(b))),
    [...allow].sort(compare),
    [...disable].sort(compare),
    policy.known.entries
      // Our own keys are no policy, and with an ephemeral key they change at every start.
      .filter(({ type }) => type !== OWN_KEY_TYPE)
      .map(({ type, value }) => `${type} ${hmac(sessionKey, value.reveal())}`)
      .sort(compare),
  ];
  return createHash('sha256').update(JSON.stringify(canonical)).digest('hex');
}

/** The type of Waterwall's own keys among the known secrets. */
export const OWN_KEY_TYPE = 'WATERWALL_KEY';

function hmac(key: Uint8Array, value: Uint8Array): string {
  return createHmac('sha256', key).update('policy').update(value).digest('hex');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

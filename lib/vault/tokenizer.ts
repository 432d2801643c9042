import { createAuthenticator } from './hmac.ts';
import type { Fingerprint } from './types.ts';

/** Gives a text its fingerprint. */
export type Tokenizer = (decoded: Uint8Array) => Fingerprint;

/** 64 bits: two of a million secrets share a fingerprint with a chance of about 3·10⁻⁸. */
const BYTES = 8;

/**
 * A tokenizer under one session key: the same text has the same fingerprint for as long as the key
 * lives, and nobody without the key can test a guess against a placeholder.
 *
 * @param key - the session key; copied
 */
export function createTokenizer(key: Uint8Array): Tokenizer {
  const authenticate = createAuthenticator(key);
  return (decoded) => authenticate(decoded).toString('hex', 0, BYTES) as Fingerprint;
}

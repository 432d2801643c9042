import { createHmac } from 'node:crypto';
import type { Fingerprint } from './types.ts';

/** Gives a text its fingerprint. */
export type Tokenizer = (decoded: Uint8Array) => Fingerprint;

/** 64 bits: two of a million secrets share a fingerprint with a chance of about 3·10⁻⁸. */
const HEX_DIGITS = 16;

/**
 * A tokenizer under one session key: the same text has the same fingerprint for as long as the key
 * lives, and nobody without the key can test a guess against a placeholder.
 *
 * @param key - the session key; copied
 */
export function createTokenizer(key: Uint8Array): Tokenizer {
  const own = Buffer.from(key);
  return (decoded) =>
    createHmac('sha256', own).update(decoded).digest('hex').slice(0, HEX_DIGITS) as Fingerprint;
}

import { hash } from 'node:crypto';

/** A line's hash: RFC 6962 leaf hash, base64. */
export type LineHash = string & { readonly __brand: 'LineHash' };

/** The longest line, without its newline: the length prefix of a tlog-tiles entry has 16 bits. */
export const MAX_LINE_BYTES = 65_535;

/** What stands for the hash of the line before the first one. */
export const ZERO_HASH = Buffer.alloc(32).toString('base64') as LineHash;

/** One-shot hashing wants one buffer; a copy into this one costs less than an incremental hash. */
const scratch = Buffer.alloc(MAX_LINE_BYTES + 1);

/**
 * SHA-256(0x00 ‖ line), RFC 6962 section 2.1. The same hash links the lines and is the tree's leaf.
 *
 * @param line - the line's bytes without its newline, at most {@link MAX_LINE_BYTES}
 */
export function leafHash(line: Uint8Array): LineHash {
  scratch.set(line, 1);
  return hash('sha256', scratch.subarray(0, line.length + 1), 'base64') as LineHash;
}

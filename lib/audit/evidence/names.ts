import { padSeq } from '../segment.ts';

/** The names of what is in a bundle; they are in the tar file in the order of their bytes. */

export const MANIFEST = 'MANIFEST.dsse.json';
export const SPECIFICATION = 'SPEC-audit.md';
export const CHECKPOINT = 'checkpoint';
export const NOTES = 'checkpoints.notes';
export const POLICY = 'policy/policy.json';
export const PUBLIC_KEYS = 'signing.pub';
export const VERIFIER = 'verify.py';

export const CHAIN = /^chain\/(\d{20})\.jsonl$/;
export const EPOCH = /^chain\/\d{20}\.tlog-proof$/;
export const SESSION = /^manifests\/\d{20}-\d{20}\.dsse\.json$/;
export const BATCH = /^(?:manifests\/\d{20}-\d{20}|receipts\/\d{20})\.batch$/;
export const RECEIPT = /^receipts\/(\d{20})\.tlog-proof$/;

/**
 * What the files of a bundle are sorted by: the receipts of key epochs come before everything that
 * is signed with those keys, all else in the order of its bytes.
 */
export function placeOf(name: string): string {
  return EPOCH.test(name) ? `\0${name}` : name;
}

/** The largest file of a bundle that is no part of the chain. */
export const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** The name of a session manifest's file, in its folder. */
export function sessionFile(first: number, last: number): string {
  return `${padSeq(first)}-${padSeq(last)}.dsse.json`;
}

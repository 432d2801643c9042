import { decodeBase64Of } from '../base64.ts';
import type { NoteFault } from '../note.ts';
import { COSIGNATURE, parseVkey, type VerifierKey } from '../vkey.ts';

/** A witness's word that it saw a checkpoint, and before it only what the checkpoint includes. */
export interface Cosignature {
  /** The signature line, its newline included. */
  readonly line: string;
  /** When, seconds since the epoch. */
  readonly time: bigint;
}

const LINE = /^— (\S+) ([A-Za-z0-9+/]+=*)$/u;
const KEY_ID_BYTES = 4;
const TIME_BYTES = 8;
const SIGNATURE_BYTES = 64;

/** Reads a witness's public key: a vkey of the kind 0x04, Ed25519 with a time. */
export function parseWitnessKey(vkey: string): VerifierKey | undefined {
  return parseVkey(vkey, COSIGNATURE);
}

/**
 * Takes the cosignature of one witness out of signature lines; those of others are passed over.
 * C2SP tlog-cosignature, version 1.
 *
 * @param lines - as a witness answers them
 * @param text - of the checkpoint, its last newline included
 */
export function openCosignature(
  lines: string,
  text: string,
  key: VerifierKey,
): Cosignature | NoteFault {
  if (!lines.endsWith('\n')) return { fault: 'the answer is no lines of signatures' };
  let found: Cosignature | undefined;
  for (const line of lines.slice(0, -1).split('\n')) {
    const [, name, encoded] = LINE.exec(line) ?? [];
    if (name === undefined || encoded === undefined) {
      return { fault: 'the answer holds what is no signature' };
    }
    if (name !== key.name) continue;
    const bytes = decodeBase64Of(KEY_ID_BYTES + TIME_BYTES + SIGNATURE_BYTES, encoded);
    if (bytes === undefined || bytes.toString('hex', 0, KEY_ID_BYTES) !== key.id) continue;
    const time = bytes.readBigUInt64BE(KEY_ID_BYTES);
    const message = Buffer.from(`cosignature/v1\ntime ${time}\n${text}`);
    const isGood = key.verify(message, bytes.subarray(KEY_ID_BYTES + TIME_BYTES));
    if (!isGood || time >= 1n << 63n) {
      return { fault: `the cosignature by ${key.name} is not of this checkpoint` };
    }
    found ??= { line: `${line}\n`, time };
  }
  return found ?? { fault: `the answer has no cosignature by ${key.name}+${key.id}` };
}

import { sign } from './ed25519.ts';
import type { VerifierKey } from './vkey.ts';

/** What every envelope of this program holds: an in-toto Statement. */
export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/** The bytes that a DSSE signature is of (pre-authentication encoding, DSSE 1.0). */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

/** How a key is named in an envelope. */
export function keyIdOf({ name, id }: VerifierKey): string {
  return `${name}+${id}`;
}

/** Signs a payload; gives the envelope's text. Its bytes are what hashes of envelopes are of. */
export function signEnvelope(payload: Uint8Array, key: VerifierKey, seed: Uint8Array): string {
  const sig = sign(preAuthEncoding(PAYLOAD_TYPE, payload), seed);
  return JSON.stringify({
    payloadType: PAYLOAD_TYPE,
    payload: Buffer.from(payload).toString('base64'),
    signatures: [{ keyid: keyIdOf(key), sig: sig.toString('base64') }],
  });
}

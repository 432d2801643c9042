import { createHash, createPublicKey, type KeyObject, verify as nativeVerify } from 'node:crypto';
import { getPublicKey, hashes, sign as nobleSign } from '@noble/ed25519';

// The library brings no hash of its own.
hashes.sha512 = (message) => createHash('sha512').update(message).digest();

/** Bytes of a private key (the seed of RFC 8032), of a public key, and of a signature. */
export const SEED_BYTES = 32;
export const PUBLIC_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;

/** RFC 8410: what a DER SubjectPublicKeyInfo has before the 32 bytes of an Ed25519 key. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** Signs with @noble/ed25519. What it signs, {@link verifierOf} checks with OpenSSL. */
export function sign(message: Uint8Array, seed: Uint8Array): Buffer {
  return Buffer.from(nobleSign(message, seed));
}

/** The public key of a seed. */
export function publicKeyOf(seed: Uint8Array): Buffer {
  return Buffer.from(getPublicKey(seed));
}

/** Tells whether a signature of a message is good. */
export type Verifier = (message: Uint8Array, signature: Uint8Array) => boolean;

/**
 * A check under one public key, by OpenSSL: ten times as fast as JavaScript, and not the code that
 * signed. OpenSSL refuses what RFC 8032 refuses (an S that is not reduced).
 *
 * @param publicKey - 32 bytes
 */
export function verifierOf(publicKey: Uint8Array): Verifier {
  const key = keyObject(publicKey);
  return (message, signature) => nativeVerify(null, message, key, signature);
}

/** The same check in a thread of Node's pool; the signature's 130 µs are not the caller's then. */
export function threadVerifierOf(
  publicKey: Uint8Array,
): (message: Uint8Array, signature: Uint8Array) => Promise<boolean> {
  const key = keyObject(publicKey);
  return (message, signature) =>
    new Promise((resolve, reject) => {
      nativeVerify(null, message, key, signature, (error, isGood) => {
        if (error === null) resolve(isGood);
        else reject(error);
      });
    });
}

function keyObject(publicKey: Uint8Array): KeyObject {
  return createPublicKey({
    key: Buffer.concat([SPKI_PREFIX, publicKey]),
    format: 'der',
    type: 'spki',
  });
}

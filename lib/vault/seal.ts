import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';

/** AES-256-GCM (NIST SP 800-38D): a 96-bit nonce in front, the 128-bit tag behind. */
const CIPHER = 'aes-256-gcm';
const NONCE = 12;
const TAG = 16;

/** Tells this use of the session key from its use for fingerprints (RFC 5869). */
const PURPOSE = 'waterwall store 1';

/**
 * Encrypts a store for its way over a restart.
 *
 * @param nonce - 12 random bytes, never used twice under one session key
 */
export function seal(plain: Uint8Array, sessionKey: Uint8Array, nonce: Uint8Array): Buffer {
  const cipher = createCipheriv(CIPHER, sealingKey(sessionKey), nonce, { authTagLength: TAG });
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Decrypts; `undefined` for anything that was not sealed under this key, or was changed. */
export function unseal(sealed: Buffer, sessionKey: Uint8Array): Buffer | undefined {
  if (sealed.length < NONCE + TAG) return undefined;
  const nonce = sealed.subarray(0, NONCE);
  const decipher = createDecipheriv(CIPHER, sealingKey(sessionKey), nonce, { authTagLength: TAG });
  decipher.setAuthTag(sealed.subarray(-TAG));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE, -TAG)), decipher.final()]);
  } catch {
    return undefined;
  }
}

function sealingKey(sessionKey: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', sessionKey, '', PURPOSE, 32));
}

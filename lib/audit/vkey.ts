import { createHash } from 'node:crypto';
import { decodeBase64Of } from './base64.ts';
import { PUBLIC_KEY_BYTES, type Verifier, verifierOf } from './ed25519.ts';

/** The number C2SP signed-note gives Ed25519. */
const ED25519 = 0x01;

const KEY_NAME = /^[^\s+\p{Surrogate}]+$/u;
const VKEY = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/u;

/** A public key under its name; C2SP signed-note. */
export interface VerifierKey {
  readonly name: string;
  /** 8 hex digits. */
  readonly id: string;
  /** 32 bytes. */
  readonly publicKey: Buffer;
  readonly verify: Verifier;
}

/** Whether a text can be a key's name: not empty, no white space, no plus sign. */
export function isKeyName(text: string): boolean {
  return KEY_NAME.test(text);
}

/**
 * A key of this name.
 *
 * @throws RangeError where it cannot be one
 */
export function verifierKey(name: string, publicKey: Uint8Array): VerifierKey {
  if (!isKeyName(name) || publicKey.length !== PUBLIC_KEY_BYTES) {
    throw new RangeError('A key has a name without white space and plus signs, and 32 bytes.');
  }
  return {
    name,
    id: keyId(name, publicKey),
    publicKey: Buffer.from(publicKey),
    verify: verifierOf(publicKey),
  };
}

/** `<name>+<id>+<base64 of algorithm and key>`, the line that auditors keep. */
export function formatVkey({ name, id, publicKey }: VerifierKey): string {
  return `${name}+${id}+${Buffer.concat([Buffer.of(ED25519), publicKey]).toString('base64')}`;
}

/** Reads what {@link formatVkey} writes; undefined where it is malformed, or not of Ed25519. */
export function parseVkey(text: string): VerifierKey | undefined {
  const [, name, id, encoded] = VKEY.exec(text) ?? [];
  if (name === undefined || id === undefined || encoded === undefined) return undefined;
  const bytes = decodeBase64Of(1 + PUBLIC_KEY_BYTES, encoded);
  if (bytes?.[0] !== ED25519 || !isKeyName(name)) return undefined;
  const publicKey = bytes.subarray(1);
  return keyId(name, publicKey) === id ? verifierKey(name, publicKey) : undefined;
}

/** The first four bytes of SHA-256(name ‖ newline ‖ algorithm ‖ key), hex. */
function keyId(name: string, publicKey: Uint8Array): string {
  const hash = createHash('sha256').update(`${name}\n`).update(Buffer.of(ED25519));
  return hash.update(publicKey).digest('hex').slice(0, 8);
}

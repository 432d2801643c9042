import { createHash } from 'node:crypto';
import { decodeBase64Of } from './base64.ts';
import { PUBLIC_KEY_BYTES, type Verifier, verifierOf } from './ed25519.ts';

/** The numbers C2SP gives Ed25519: signatures of notes, and timestamped cosignatures. */
const ED25519 = 0x01;
export const COSIGNATURE = 0x04;

/** What a key's number says its signatures are. */
type KeyKind = typeof ED25519 | typeof COSIGNATURE;

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
export function verifierKey(
  name: string,
  publicKey: Uint8Array,
  kind: KeyKind = ED25519,
): VerifierKey {
  if (!isKeyName(name) || publicKey.length !== PUBLIC_KEY_BYTES) {
    throw new RangeError('A key has a name without white space and plus signs, and 32 bytes.');
  }
  return {
    name,
    id: keyId(name, publicKey, kind),
    publicKey: Buffer.from(publicKey),
    verify: verifierOf(publicKey),
  };
}

/** `<name>+<id>+<base64 of algorithm and key>`, the line that auditors keep. */
export function formatVkey({ name, id, publicKey }: VerifierKey, kind: KeyKind = ED25519): string {
  return `${name}+${id}+${Buffer.concat([Buffer.of(kind), publicKey]).toString('base64')}`;
}

/** Reads what {@link formatVkey} writes; undefined where it is malformed, or of another kind. */
export function parseVkey(text: string, kind: KeyKind = ED25519): VerifierKey | undefined {
  const [, name, id, encoded] = VKEY.exec(text) ?? [];
  if (name === undefined || id === undefined || encoded === undefined) return undefined;
  const bytes = decodeBase64Of(1 + PUBLIC_KEY_BYTES, encoded);
  if (bytes?.[0] !== kind || !isKeyName(name)) return undefined;
  const publicKey = bytes.subarray(1);
  return keyId(name, publicKey, kind) === id ? verifierKey(name, publicKey, kind) : undefined;
}

/** The first four bytes of SHA-256(name ‖ newline ‖ algorithm ‖ key), hex. */
function keyId(name: string, publicKey: Uint8Array, kind: KeyKind): string {
  const hash = createHash('sha256').update(`${name}\n`).update(Buffer.of(kind));
  return hash.update(publicKey).digest('hex').slice(0, 8);
}

import { isUtf8 } from 'node:buffer';
import { decodeBase64, decodeBase64Of } from './base64.ts';
import { keyIdOf, PAYLOAD_TYPE, preAuthEncoding } from './dsse.ts';
import { SIGNATURE_BYTES } from './ed25519.ts';
import type { NoteFault } from './note.ts';
import type { VerifierKey } from './vkey.ts';

/**
 * Verifies an envelope; gives its payload. The key id in it is a hint that nothing depends on
 * (DSSE); the signature must be by the key given.
 */
export function openEnvelope(source: Buffer, key: VerifierKey): Buffer | NoteFault {
  const envelope = parseObject(source);
  const { payloadType, payload: encoded, signatures, ...more } = envelope ?? {};
  const [first, ...others] = Array.isArray(signatures) ? (signatures as unknown[]) : [];
  const { sig, keyid, ...most } = (first ?? {}) as Readonly<Record<string, unknown>>;
  const hasForm =
    [...Object.keys(more), ...others, ...Object.keys(most)].length === 0 &&
    typeof encoded === 'string' &&
    typeof sig === 'string' &&
    typeof keyid === 'string';
  if (!hasForm) return { fault: 'not a DSSE envelope with one signature' };
  if (payloadType !== PAYLOAD_TYPE) return { fault: `its payload is not ${PAYLOAD_TYPE}` };
  const payload = decodeBase64(encoded);
  const signature = decodeBase64Of(SIGNATURE_BYTES, sig);
  if (payload === undefined || signature === undefined) return { fault: 'it is not base64' };
  return key.verify(preAuthEncoding(PAYLOAD_TYPE, payload), signature)
    ? payload
    : { fault: `it is not signed by ${keyIdOf(key)}` };
}

/** Reads JSON that has to be an object; undefined where it is anything else. */
export function parseObject(source: Buffer): Readonly<Record<string, unknown>> | undefined {
  if (!isUtf8(source)) return undefined;
  try {
    const value: unknown = JSON.parse(source.toString('utf8'));
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

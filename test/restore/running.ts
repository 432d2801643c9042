import type { ResponseGrammar } from '../../lib/restore/places.ts';
import type { Resolution, Resolve, Restored, Restorer } from '../../lib/restore/types.ts';
import { Secret } from '../../lib/vault/secret.ts';

export const LIMITS = { event: 1_000_000, body: 1_000_000 };

export const NO_GRAMMAR: ResponseGrammar = {
  opaqueResponse: [],
  jsonSource: [],
  deltas: [],
  ends: [],
};

/** What all pieces of an answer are together. */
export interface Result {
  readonly text: string;
  readonly restored: readonly Restored[];
  readonly unknown: number;
  readonly responseIds: readonly string[];
}

export function restoreAll(restorer: Restorer, chunks: readonly Uint8Array[]): Result {
  const pieces = [...chunks.flatMap((chunk) => restorer.push(chunk)), ...restorer.end()];
  return {
    text: Buffer.concat(pieces.map((piece) => piece.bytes)).toString(),
    restored: pieces.flatMap((piece) => piece.restored),
    unknown: pieces.reduce((sum, piece) => sum + piece.unknown, 0),
    responseIds: restorer.responseIds,
  };
}

export function resolving(
  secrets: Readonly<Record<string, { readonly type: string; readonly value: string }>>,
  foreign: readonly string[] = [],
): Resolve {
  return (fingerprint): Resolution => {
    const known = secrets[fingerprint];
    if (known === undefined)
      return { state: foreign.includes(fingerprint) ? 'foreign' : 'unknown' };
    return { state: 'restore', type: known.type, secret: new Secret(Buffer.from(known.value)) };
  };
}

export function inPieces(bytes: Uint8Array, size: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}

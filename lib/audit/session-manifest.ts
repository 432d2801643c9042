import { createHash } from 'node:crypto';
import { sessionFile } from './evidence/names.ts';
import type { SessionSum } from './session-sums.ts';
import { formatStatement, SESSION_MANIFEST } from './statement.ts';
import type { LineFields } from './types.ts';

/** The log as it was signed for when a session's manifest was written. */
export interface LogState {
  readonly origin: string;
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
}

/** Why a session has ended; `interrupted` is one that the daemon's crash ended, found at its next start. */
export type EndedBy = 'idle' | 'stop' | 'interrupted';

/** Writes what is to be signed about a session that has ended. */
export function formatSessionManifest(
  { origin, size, root }: LogState,
  endedBy: EndedBy,
  sum: SessionSum,
): Buffer {
  const sha256 = Buffer.from(root).toString('hex');
  const { session, ...counted } = sum;
  return formatStatement(SESSION_MANIFEST, {
    subjects: [{ name: origin, sha256 }],
    predicate: {
      origin,
      size,
      ...(session === undefined ? {} : { session }),
      ended_by: endedBy,
      ...counted,
    },
  });
}

/** What the log's `manifest` line says of it. */
export function manifestFields(
  { session, first, last }: SessionSum,
  envelope: Uint8Array,
): LineFields {
  return {
    ...(session === undefined ? {} : { session }),
    first,
    last,
    file: `manifests/${sessionFile(first, last)}`,
    sha256: createHash('sha256').update(envelope).digest('hex'),
  };
}

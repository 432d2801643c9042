import { decodeBase64Of } from './base64.ts';
import { type Checkpoint, openCheckpoint } from './checkpoint.ts';
import type { LogKey } from './log-key.ts';
import { NODE_BYTES } from './node.ts';
import type { NoteFault } from './note.ts';
import { membersOf, type ParsedLine } from './parse.ts';
import { inclusionRoot, MAX_PROOF } from './proof.ts';

/** What a `checkpoint` line of the chain carries. */
export interface CheckpointLine {
  readonly checkpoint: Checkpoint;
  /** The inclusion proof of the last line that the checkpoint covers. */
  readonly path: readonly Buffer[];
}

/** Reads a `checkpoint` line and verifies the signature of its note. */
export function readCheckpointLine(line: ParsedLine, key: LogKey): CheckpointLine | NoteFault {
  const { size, path: encoded, note } = membersOf(line);
  const path = readPath(encoded);
  if (path === undefined || typeof size !== 'number' || typeof note !== 'string') {
    return { fault: 'its fields are not those of a checkpoint line' };
  }
  const checkpoint = openCheckpoint(note, key);
  if ('fault' in checkpoint) return checkpoint;
  if (checkpoint.size !== size) return { fault: 'its size is not that of its note' };
  if (size < 1 || size > line.seq) return { fault: 'it covers lines that come after it' };
  return { checkpoint, path };
}

function readPath(value: unknown): readonly Buffer[] | undefined {
  if (!Array.isArray(value) || value.length > MAX_PROOF) return undefined;
  const path: Buffer[] = [];
  for (const item of value) {
    const node = typeof item === 'string' ? decodeBase64Of(NODE_BYTES, item) : undefined;
    if (node === undefined) return undefined;
    path.push(node);
  }
  return path;
}

/** Whether the path leads from the hash of the last covered line to the note's root. */
export function coversLine({ checkpoint, path }: CheckpointLine, leaf: Uint8Array): boolean {
  const { size, root } = checkpoint;
  return inclusionRoot(leaf, size - 1, size, path)?.equals(root) === true;
}

import { openCheckpoint } from '../checkpoint.ts';
import type { LogKey } from '../log-key.ts';
import type { SignedHead } from '../signer/protocol.ts';
import { readTree, rootOf } from '../signer/signed-tree.ts';

/**
 * Holds a checkpoint against the log it is said to be of: the key, the size, and that the last
 * line it covers is the log's own, by its path to the root.
 *
 * @returns what is wrong
 */
export function signedFault(
  head: SignedHead,
  due: { readonly size: number; readonly leaf: string },
  key: LogKey,
): string | undefined {
  const checkpoint = openCheckpoint(head.note, key);
  if ('fault' in checkpoint) return checkpoint.fault;
  if (checkpoint.size !== due.size) return `it is of ${checkpoint.size} lines, not ${due.size}`;
  const tree = readTree({ size: due.size, leaf: due.leaf, path: head.path });
  if (tree === undefined) return 'its path is none';
  return rootOf(tree)?.equals(checkpoint.root) ? undefined : 'its path does not lead to its root';
}

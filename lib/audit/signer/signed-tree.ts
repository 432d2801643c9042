import { decodeBase64Of } from '../base64.ts';
import { openFrontier } from '../frontier.ts';
import { inclusionRoot } from '../proof.ts';

/**
 * The tree of a log, as its last leaf and that leaf's audit path: frontier and root follow from
 * it, and it is what a checkpoint line carries.
 */
export interface SignedTree {
  /** Number of leaves. */
  readonly size: number;
  /** The last leaf's hash; 32 zero bytes in an empty tree. */
  readonly leaf: Buffer;
  /** From the last leaf's sibling up. */
  readonly path: readonly Buffer[];
}

/** Bytes of a hash. */
const HASH_BYTES = 32;

export const EMPTY_TREE: SignedTree = { size: 0, leaf: Buffer.alloc(HASH_BYTES), path: [] };

/** The tree after these leaves were added. */
export function extendTree(tree: SignedTree, leaves: readonly Uint8Array[]): SignedTree {
  const last = leaves.at(-1);
  if (last === undefined) return tree;
  const before = openFrontier(Math.max(0, tree.size - 1), tree.path.toReversed());
  if (tree.size > 0) before.add(tree.leaf);
  for (const leaf of leaves.slice(0, -1)) before.add(leaf);
  return {
    size: tree.size + leaves.length,
    leaf: Buffer.from(last),
    path: before.hashes.toReversed(),
  };
}

/** The tree's root; undefined for the empty tree, of which nothing is signed. */
export function rootOf({ size, leaf, path }: SignedTree): Buffer | undefined {
  return inclusionRoot(leaf, size - 1, size, path);
}

/** How a tree stands in JSON. */
export interface TreeText {
  readonly size: number;
  readonly leaf: string;
  readonly path: readonly string[];
}

export function writeTree({ size, leaf, path }: SignedTree): TreeText {
  return {
    size,
    leaf: leaf.toString('base64'),
    path: path.map((node) => node.toString('base64')),
  };
}

/** Reads what {@link writeTree} gave; undefined where it is no tree. */
export function readTree(value: unknown): SignedTree | undefined {
  const { size, leaf, path } = value as Partial<TreeText>;
  if (!Number.isSafeInteger(size) || (size as number) < 0) return undefined;
  if (typeof leaf !== 'string' || !Array.isArray(path)) return undefined;
  const bytes = decodeBase64Of(HASH_BYTES, leaf);
  const nodes = path.map((node: unknown) =>
    typeof node === 'string' ? decodeBase64Of(HASH_BYTES, node) : undefined,
  );
  if (bytes === undefined || nodes.includes(undefined)) return undefined;
  const tree = { size: size as number, leaf: bytes, path: nodes as Buffer[] };
  if (tree.size === 0) return bytes.equals(EMPTY_TREE.leaf) && path.length === 0 ? tree : undefined;
  return rootOf(tree) === undefined ? undefined : tree;
}

import { EMPTY_ROOT, NODE_BYTES, nodeHash } from './node.ts';

/**
 * An RFC 6962 tree that keeps its nodes, to prove things about its leaves: 64 bytes a leaf. The
 * leaves before {@link Tree.first} are known by their frontier alone, which is enough to prove
 * anything about those that follow.
 */
export interface Tree {
  readonly first: number;
  /** Number of leaves, those before `first` included. */
  readonly size: number;
  /** Adds a leaf by its 32-byte leaf hash. */
  add(leaf: Uint8Array): void;
  /** The leaf hash at an index, `first` or later. */
  leaf(index: number): Buffer;
  /** The root of the tree of the first `size` leaves; at least `first`. */
  root(size: number): Buffer;
  /** The audit path of a leaf in the tree of `size` leaves, the sibling first (RFC 6962 2.1.1). */
  inclusion(index: number, size: number): Buffer[];
  /** Proves that the tree of `from` leaves began the tree of `size` leaves (RFC 6962 2.1.2). */
  consistency(from: number, size: number): Buffer[];
  /** The frontier at `size` leaves: the roots of its full subtrees, the largest first. */
  frontier(size: number): Buffer[];
}

/** The nodes of one height, from the node `start` on. */
interface Level {
  readonly start: number;
  count: number;
  bytes: Buffer;
}

/** Bytes a level begins with; it doubles. */
const LEVEL_BYTES = 64 * NODE_BYTES;

/**
 * @param first - leaves that are known by `frontier` alone
 * @throws RangeError where the two are not of one tree, and where a proof is asked for that the
 *   kept leaves cannot give
 */
export function openTree(first = 0, frontier: readonly Uint8Array[] = []): Tree {
  const levels: Level[] = [];
  let size = first;
  const kept = [...frontier];
  for (let height = 0, rest = first; rest > 0; height++, rest = Math.floor(rest / 2)) {
    const isFull = rest % 2 === 1;
    levels[height] = newLevel(isFull ? rest - 1 : rest);
    if (!isFull) continue;
    const node = kept.pop();
    if (node?.length !== NODE_BYTES) throw notOneTree();
    push(height, node);
  }
  if (kept.length > 0) throw notOneTree();

  function push(height: number, node: Uint8Array): void {
    levels[height] ??= newLevel(0);
    const level = levels[height];
    const at = level.count * NODE_BYTES;
    if (at === level.bytes.length) {
      level.bytes = Buffer.concat([level.bytes, Buffer.alloc(level.bytes.length)]);
    }
    level.bytes.set(node, at);
    level.count++;
  }

  function node(height: number, index: number): Buffer {
    const level = levels[height];
    const at = level === undefined ? -1 : index - level.start;
    if (level === undefined || at < 0 || at >= level.count) throw unknownNode();
    return level.bytes.subarray(at * NODE_BYTES, (at + 1) * NODE_BYTES);
  }

  /** The root over the leaves [begin, end), where `begin` is where a subtree of that size may begin. */
  function subtree(begin: number, end: number): Buffer {
    const width = end - begin;
    const height = Math.log2(width);
    if (Number.isInteger(height)) return node(height, begin / width);
    const middle = begin + largestPowerBelow(width);
    return nodeHash(subtree(begin, middle), subtree(middle, end));
  }

  function path(index: number, begin: number, end: number, out: Buffer[]): Buffer[] {
    if (end - begin === 1) return out;
    const middle = begin + largestPowerBelow(end - begin);
    const isLeft = index < middle;
    path(index, isLeft ? begin : middle, isLeft ? middle : end, out);
    out.push(isLeft ? subtree(middle, end) : subtree(begin, middle));
    return out;
  }

  /** SUBPROOF of the RFC; `known` where the verifier has the root over [begin, from) already. */
  function subproof(from: number, begin: number, end: number, known: boolean): Buffer[] {
    if (from === end) return known ? [] : [subtree(begin, end)];
    const middle = begin + largestPowerBelow(end - begin);
    return from <= middle
      ? [...subproof(from, begin, middle, known), subtree(middle, end)]
      : [...subproof(from, middle, end, false), subtree(begin, middle)];
  }

  return {
    first,
    get size() {
      return size;
    },
    add(leaf) {
      if (leaf.length !== NODE_BYTES) throw new RangeError('A tree hash has 32 bytes.');
      push(0, leaf);
      // Division instead of shifts: the size may have more than 32 bits.
      let index = size;
      for (let height = 0; index % 2 === 1; height++, index = (index - 1) / 2) {
        push(height + 1, nodeHash(node(height, index - 1), node(height, index)));
      }
      size++;
    },
    leaf: (index) => node(0, index),
    root(at) {
      if (at > size) throw unknownNode();
      return at === 0 ? EMPTY_ROOT : subtree(0, at);
    },
    inclusion(index, at) {
      if (index < first || index >= at || at > size) throw unknownNode();
      return path(index, 0, at, []);
    },
    consistency(from, at) {
      if (from > at || at > size) throw unknownNode();
      return from === 0 || from === at ? [] : subproof(from, 0, at, true);
    },
    frontier(at) {
      const found: Buffer[] = [];
      for (let begin = 0; begin < at; ) {
        const width = largestPowerBelow(at - begin + 1);
        found.push(subtree(begin, begin + width));
        begin += width;
      }
      return found;
    },
  };
}

function newLevel(start: number): Level {
  return { start, count: 0, bytes: Buffer.alloc(LEVEL_BYTES) };
}

/** The largest power of two below a number above one. */
function largestPowerBelow(width: number): number {
  let power = 1;
  while (power * 2 < width) power *= 2;
  return power;
}

function notOneTree(): RangeError {
  return new RangeError('A frontier has one hash for each one bit of its size.');
}

function unknownNode(): RangeError {
  return new RangeError('The tree does not know the leaves that this needs.');
}

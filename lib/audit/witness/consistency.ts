import type { Checkpoint } from '../checkpoint.ts';
import { damaged } from '../damage.ts';
import { type Place, readLines } from '../evidence/chain-lines.ts';
import { surveyChain } from '../evidence/survey.ts';
import { leafHash } from '../leaf.ts';
import type { LogKey } from '../log-key.ts';
import { readBeginning } from '../pruning.ts';
import { listSegments, type Segment } from '../segment.ts';
import { openTree, type Tree } from '../tree.ts';

/** The edge of the tree of some size, and where the line after it begins. */
interface KnownEdge {
  readonly size: number;
  readonly frontier: readonly Buffer[];
  readonly next: Place;
}

/** Proves that a checkpoint's tree began with an earlier one, from the chain on the disk. */
export interface ConsistencyProver {
  /**
   * @param from - the size of the earlier tree
   * @throws WaterwallError `chain-damaged` where the lines are not those of the checkpoint
   */
  prove(from: number, checkpoint: Checkpoint): Promise<readonly Buffer[]>;
}

/** @param key - the log's: the search for an earlier size begins at a checkpoint in the chain */
export function openProver(chainFolder: string, key: LogKey): ConsistencyProver {
  // The latest ones, so that only what is new has to be read: the next proof begins at the last
  // size, or, where that was not taken, at the one before.
  let known: readonly KnownEdge[] = [];

  async function edgeAt(segments: readonly Segment[], size: number): Promise<KnownEdge> {
    const remembered = known.find((edge) => edge.size === size);
    if (remembered !== undefined) return remembered;
    const { next: first, frontier } = await readBeginning(chainFolder, segments);
    if (size < first) {
      throw damaged(
        chainFolder,
        `lines ${size} to ${first - 1} were removed before it cosigned them`,
      );
    }
    const segment = segments.findIndex((each) => each.first === first);
    const start: Place = { seq: first, segment, offset: 0 };
    if (size === first) return { size, frontier, next: start };
    const { base } = await surveyChain(segments, size + 1, { line: size }, key, () => {});
    const tree = openTree(base?.at.seq ?? first, base?.path.toReversed() ?? frontier);
    const next = await grow(segments, tree, base?.at ?? start, size);
    return { size, frontier: tree.frontier(size), next };
  }

  /** Adds lines to a tree up to a size; gives the place of the line that comes next. */
  async function grow(
    segments: readonly Segment[],
    tree: Tree,
    from: Place,
    size: number,
  ): Promise<Place> {
    if (tree.size === size) return from;
    for await (const lines of readLines(segments, from)) {
      for (const { seq, segment, offset, bytes } of lines) {
        tree.add(Buffer.from(leafHash(bytes), 'base64'));
        const next = { seq: seq + 1, segment, offset: offset + bytes.length + 1 };
        if (tree.size === size) return next;
      }
    }
    throw damaged(chainFolder, `${size} lines were signed, there are ${tree.size}`);
  }

  return {
    async prove(from, { size, root }) {
      if (from === size) return [];
      const { segments } = await listSegments(chainFolder);
      const edge = await edgeAt(segments, from);
      const tree = openTree(from, edge.frontier);
      const next = await grow(segments, tree, edge.next, size);
      if (!tree.root(size).equals(root)) {
        throw damaged(chainFolder, 'its lines are not those that were signed');
      }
      known = [edge, { size, frontier: tree.frontier(size), next }];
      return tree.consistency(from, size);
    },
  };
}

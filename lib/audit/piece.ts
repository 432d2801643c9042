import { type Batch, STAMP_LENGTH } from './batch.ts';
import { type CheckpointLine, coversLine, readCheckpointLine } from './checkpoint-line.ts';
import { type Frontier, openFrontier } from './frontier.ts';
import { ZERO_HASH } from './leaf.ts';
import { createLeaves } from './leaves.ts';
import type { LogKey } from './log-key.ts';
import { type ParsedLine, parseLine } from './parse.ts';
import { frontierOf, type Pruning, pruningOf } from './pruning.ts';
import { type Silences, type TimedLine, watchSilences } from './silences.ts';

/** Where a chain stops being one. */
export interface Tampering {
  /** The `seq` that is due at that place. */
  readonly seq: number;
  /** The segment's name, or that of the file with the note. */
  readonly file: string;
  /** The line's number in the file, from 1; 0 where it is about the file. */
  readonly line: number;
  readonly reason: string;
}

/** A run of lines that is being verified: a whole chain, a segment, the range of a bundle. */
export interface Piece {
  /** Number of lines that hold together. */
  readonly lines: number;
  readonly first: number | undefined;
  /** The next line's `seq`; undefined where any will do. */
  readonly due: number | undefined;
  /** The last line's hash. */
  readonly head: string | undefined;
  readonly last: TimedLine | undefined;
  /** What breaks it; only the first place counts. */
  readonly tampered: Tampering | undefined;
  /** Number of lines of the log that the checkpoints in the run sign for; 0 where none does. */
  readonly signed: number;
  /** Number of verified checkpoints in the run. */
  readonly checkpoints: number;
  /** The last line is a checkpoint that covers every line before it. */
  readonly endsSigned: boolean;
  readonly silences: Silences;
  /** What its `rotation` lines say was removed on purpose. */
  readonly prunings: readonly Pruning[];
  /** Verifies the next line; false where it breaks the run. */
  take(bytes: Buffer, file: string, number: number): boolean;
  /** Takes lines that were parsed elsewhere; false where they do not follow, or one breaks the run. */
  takeBatch(batch: Batch, file: string): boolean;
  /** Notes what breaks the run beside a line. */
  found(file: string, line: number, reason: string): void;
  /** The hash of a line of the run. */
  leaf(seq: number): Buffer;
  /** `ts` of a line that is not signed yet, by its place after the signed ones. */
  tsAfter(size: number): string | undefined;
  /**
   * The tree from as early on as it is known: from nothing where the run begins with line 0, else
   * from the first checkpoint in it, or from where a line says that pruning left off. Undefined
   * where there is none.
   */
  tree(): PieceTree | undefined;
}

/** The tree of a run, going on from what is known of it to its end. */
export interface PieceTree {
  readonly size: number;
  /** Goes on to this size, which is none before; gives the root. */
  root(size: number): Buffer;
}

export interface PieceOptions {
  /** The first line's `seq`; undefined where any will do. */
  readonly first: number | undefined;
  /** The key that signed the checkpoints in it; they are passed over without one. */
  readonly key: LogKey | undefined;
  /** Told of each good line. */
  readonly onLine?: (line: ParsedLine) => void;
}

/** How many lines' times are kept: those that may be an unsigned tail, and some. */
const KEPT_TIMES = 1024;

export function createPiece({ first: begins, key, onLine }: PieceOptions): Piece {
  const leaves = createLeaves();
  const silences = watchSilences();
  const times: string[] = [];
  let first: number | undefined;
  let due = begins;
  let head: string | undefined = begins === 0 ? ZERO_HASH : undefined;
  let last: TimedLine | undefined;
  let tampered: Tampering | undefined;
  let signed = 0;
  let checkpoints = 0;
  let endsSigned = false;
  let known: CheckpointLine | undefined;
  const prunings: Pruning[] = [];

  function take(bytes: Buffer, file: string, number: number): boolean {
    const line = parseLine(bytes, { seq: due, prevHash: head });
    const fault = 'fault' in line ? line.fault : placeFault(line);
    if (fault !== undefined || 'fault' in line) {
      found(file, number, fault ?? '');
      return false;
    }
    first ??= line.seq;
    leaves.add(line.hash);
    head = line.hash;
    pass(line);
    notePruning(line);
    onLine?.(line);
    return true;
  }

  /** A line is good, whatever it says. */
  function pass(line: TimedLine): void {
    times[line.seq % KEPT_TIMES] = line.ts;
    due = line.seq + 1;
    last = line;
    silences.note(line);
  }

  function notePruning(line: ParsedLine): void {
    const pruning = pruningOf(line);
    if (pruning !== undefined) prunings.push(pruning);
  }

  function takeBatch(batch: Batch, file: string): boolean {
    const { hashes, stamps, kinds, types, special } = batch;
    const follows =
      batch.first === (due ?? batch.first) && batch.prevHash === (head ?? batch.prevHash);
    if (!follows || (batch.first === 0 && batch.prevHash !== ZERO_HASH)) {
      found(file, 0, 'its lines do not follow those before them');
      return false;
    }
    if (kinds.length === 0) return true;
    first ??= batch.first;
    leaves.addAll(hashes);
    head = leaves.at(leaves.count - 1).toString('base64');
    for (let at = 0; at < kinds.length; at++) {
      const line = special.get(at);
      const fault = line === undefined ? undefined : checkpointFault(line);
      if (fault !== undefined) {
        found(file, 0, fault);
        return false;
      }
      if (line === undefined) endsSigned = false;
      else notePruning(line);
      const ts = stamps.slice(STAMP_LENGTH * at, STAMP_LENGTH * (at + 1));
      pass({ seq: batch.first + at, ts, type: types[kinds[at] as number] ?? '' });
    }
    return true;
  }

  function placeFault(line: ParsedLine): string | undefined {
    if (line.seq === 0 && line.prevHash !== ZERO_HASH) return 'the first line has a line before it';
    return checkpointFault(line);
  }

  /** What is wrong with a line's checkpoint, where it has one that we can check. */
  function checkpointFault(line: ParsedLine): string | undefined {
    endsSigned = false;
    if (line.type !== 'checkpoint' || key === undefined) return undefined;
    const read = readCheckpointLine(line, key);
    if ('fault' in read) return read.fault;
    const { size } = read.checkpoint;
    // It covers nothing of what is here: another piece of the log holds that line.
    if (size - 1 < (first ?? line.seq)) return undefined;
    if (!coversLine(read, leafOf(size - 1))) {
      return 'its checkpoint is of another history: the log was forked or rewritten';
    }
    checkpoints++;
    signed = Math.max(signed, size);
    endsSigned = size === line.seq;
    known ??= read;
    return undefined;
  }

  function leafOf(seq: number): Buffer {
    return leaves.at(seq - (first ?? 0));
  }

  function found(file: string, line: number, reason: string): void {
    tampered ??= { seq: due ?? 0, file, line, reason };
  }

  /** The trees that the run says of what is before it; which is true, a signed root tells. */
  function knownFrontier(): Frontier | undefined {
    const begin = first ?? begins ?? 0;
    if (begin === 0) return openFrontier();
    const after = prunings.filter(({ next }) => next >= begin);
    const found = after.flatMap(({ next, frontier }) => frontierOf(next, frontier) ?? []);
    if (known !== undefined) {
      const { size } = known.checkpoint;
      // The siblings of the last leaf are the roots of the full subtrees before it.
      found.push(openFrontier(size - 1, known.path.toReversed()));
    }
    return found.reduce<Frontier | undefined>(
      (one, other) => (one === undefined || other.size < one.size ? other : one),
      undefined,
    );
  }

  return {
    get lines() {
      return leaves.count;
    },
    get first() {
      return first;
    },
    get due() {
      return due;
    },
    get head() {
      return head;
    },
    get last() {
      return last;
    },
    get tampered() {
      return tampered;
    },
    get signed() {
      return signed;
    },
    get checkpoints() {
      return checkpoints;
    },
    get endsSigned() {
      return endsSigned;
    },
    silences,
    prunings,
    take,
    takeBatch,
    found,
    leaf: leafOf,
    tsAfter: (size) => (size < (due ?? 0) ? times[size % KEPT_TIMES] : undefined),
    tree() {
      const frontier = knownFrontier();
      if (frontier === undefined) return undefined;
      return {
        get size() {
          return frontier.size;
        },
        root(size) {
          while (frontier.size < size) frontier.add(leafOf(frontier.size));
          return frontier.root();
        },
      };
    },
  };
}

import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { addAnchors, EMPTY_TABLES, type TableUse, writeBuckets } from './anchor-tables.ts';
import { bucketsFor } from './buckets.ts';
import { type BuiltInTarget, builtInTargets } from './built-in-targets.ts';
import { createKernel, type Kernel } from './kernel-instance.ts';

/**
 * What the kernel needs to know of the built-in set, as the build computes it: finding the rarest
 * part of every form takes longer than the rest of a start.
 */
export interface BuiltInTables {
  readonly use: TableUse;
  /** In the order of their anchors' numbers. */
  readonly targets: readonly PlacedTarget[];
  /** The tables in the kernel's memory, deflated, in base64. */
  readonly memory: string;
}

export type PlacedTarget = BuiltInTarget & {
  /** From the beginning of what is announced to the anchor's window. */
  readonly offset: number;
};

/** Computes the tables, for the build. */
export function makeTables(): BuiltInTables {
  const kernel = createKernel();
  const targets = builtInTargets();
  const anchors = targets.map(({ anchor }) => anchor);
  const use = addAnchors(kernel, EMPTY_TABLES, anchors);
  writeBuckets(kernel, bucketsFor(anchors.filter(({ inRun }) => !inRun)));
  const memory = Buffer.concat(partsOf(kernel));
  return {
    use,
    targets: targets.map(({ anchor, ...target }) => ({ ...target, offset: anchor.offset })),
    memory: deflateRawSync(memory, { level: 9 }).toString('base64'),
  };
}

/** A kernel that holds the tables. */
export function loadTables({ memory }: BuiltInTables): Kernel {
  const kernel = createKernel();
  const bytes = inflateRawSync(Buffer.from(memory, 'base64'));
  let at = 0;
  for (const part of partsOf(kernel)) {
    part.set(bytes.subarray(at, at + part.length));
    at += part.length;
  }
  return kernel;
}

/** Where the tables of anchors lie, and nothing else that matters. */
function partsOf({ at, bytes }: Kernel): Uint8Array[] {
  return [
    bytes.subarray(at.NIBBLES, at.RESUME),
    bytes.subarray(at.CLASSES, at.OUT),
    bytes.subarray(at.RUN_WINDOWS, at.RUN_WINDOWS + RUN_WINDOWS_SIZE),
  ];
}

/** A bit for each of 262,144 hashes, as in the kernel. */
const RUN_WINDOWS_SIZE = 32_768;

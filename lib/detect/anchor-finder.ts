import { type Anchor, windowSpellings } from './anchor.ts';
import type { Bucket } from './buckets.ts';
import type { TextStarts } from './encoded/texts.ts';
import { createKernel, ESCAPE_BYTE, type Kernel, PERCENT_SIGN } from './kernel-instance.ts';

/** What is seen of long runs of base64 characters; each sorted. */
export interface Runs {
  /** Where they end with their lines. */
  readonly lineEnds: number[];
  /** Where they end else. */
  readonly ends: number[];
  /** Where they stand for text; of a long text, every few hundred characters. */
  readonly texts: TextStarts;
}

/** As the kernel reports them into. */
export function noRuns(): Runs {
  return { lineEnds: [], ends: [], texts: { base64: [], hex: [] } };
}

/** Finds anchors in bytes; holds the kernel's memory. */
export interface AnchorFinder {
  /**
   * Reports every occurrence, by the window's offset; some are reported twice.
   *
   * @param runs - is given what is seen of them
   * @returns what else was met
   */
  find(bytes: Uint8Array, report: (offset: number, anchor: number) => void, runs?: Runs): Signs;
}

/** Signs that a text holds. */
export interface Signs {
  /** `\/`, which JSON need not write so. */
  readonly escapedSlash: boolean;
  readonly percent: boolean;
  /** The control character that begins the codes of terminals. */
  readonly escape: boolean;
}

/** The last of 8 buckets lets `\/` through, which the kernel looks at itself. */
const SLASH_BUCKET = 7;
const MAX_ANCHORS = 1024;
const MAX_CHAIN = 32_768;
const HASH_MULTIPLIER = 2654435761;

/**
 * Writes the tables of all anchors into a new kernel.
 *
 * @param buckets - at most 7, that let the window of every anchor through but of those in runs
 */
export function createAnchorFinder(
  anchors: readonly Anchor[],
  buckets: readonly Bucket[],
): AnchorFinder {
  if (anchors.length > MAX_ANCHORS) throw new RangeError('too many anchors');
  const kernel = createKernel();
  writeAnchors(kernel, anchors);
  writeWindows(kernel, anchors);
  writeBuckets(kernel, buckets);
  return {
    find(bytes, report, runs = noRuns()) {
      const { at, words } = kernel;
      const lists = new Map([
        [at.LINE_END, runs.lineEnds],
        [at.RUN_END, runs.ends],
        [at.TEXT_IN_BASE64, runs.texts.base64],
        [at.TEXT_IN_HEX, runs.texts.hex],
      ]);
      const out = at.OUT >> 2;
      kernel.beginSearch();
      for (let start = 0; start < bytes.length; ) {
        const length = kernel.load(bytes, start);
        do {
          const hits = kernel.findAnchors(length);
          for (let i = 0; i < hits; i++) {
            const offset = start + (words[out + 2 * i] as number);
            const id = words[out + 2 * i + 1] as number;
            if (id < MAX_ANCHORS) report(offset, id);
            else lists.get(id)?.push(offset);
          }
        } while (!kernel.isSearched());
        start += length;
      }
      const signs = kernel.sawSigns();
      return {
        escapedSlash: kernel.sawEscapedSlash() || beginsWithEscapedSlash(bytes),
        percent: (signs & PERCENT_SIGN) !== 0,
        escape: (signs & ESCAPE_BYTE) !== 0,
      };
    },
  };
}

/** The kernel sees `\/` as the end of a window and so misses it in the first two places. */
function beginsWithEscapedSlash(bytes: Uint8Array): boolean {
  const text = String.fromCharCode(...bytes.subarray(0, 3));
  return text.startsWith('\\/') || (text.endsWith('\\/') && text[0] !== '\\');
}

function writeAnchors({ at, bytes }: Kernel, anchors: readonly Anchor[]): void {
  const classes = new Map<object, number>();
  anchors.forEach((anchor, id) => {
    const entry = at.ANCHORS + id * 24;
    bytes[entry] = anchor.positions.length;
    bytes[entry + 1] = anchor.window;
    bytes[entry + 2] = anchor.inRun ? 1 : 0;
    anchor.positions.forEach((set, i) => {
      let number = classes.get(set);
      if (number === undefined) {
        number = classes.size;
        if (number > 255) throw new RangeError('too many byte classes');
        classes.set(set, number);
        const table = at.CLASSES + number * 32;
        for (const byte of set.members) {
          bytes[table + (byte >> 3)] = (bytes[table + (byte >> 3)] as number) | (1 << (byte & 7));
        }
      }
      bytes[entry + 8 + i] = number;
    });
  });
}

function writeWindows({ at, bytes }: Kernel, anchors: readonly Anchor[]): void {
  const shorts = new Uint16Array(bytes.buffer);
  const heads = at.HEADS >> 1;
  const chains = at.CHAINS >> 1;
  const alike = new Uint16Array(1 << 16);
  const mark = (set: number, hash: number): void => {
    bytes[set + (hash >> 3)] = (bytes[set + (hash >> 3)] as number) | (1 << (hash & 7));
  };
  let used = 1;
  anchors.forEach((anchor, id) => {
    const seen = new Set<number>();
    for (const word of windowSpellings(anchor)) {
      const fine = Math.imul(word, HASH_MULTIPLIER) >>> 14;
      const hash = fine >> 2;
      if (anchor.inRun) mark(at.RUN_WINDOWS, fine);
      else mark(at.WINDOWS, hash);
      if (seen.has(hash)) continue;
      seen.add(hash);
      const count = (alike[hash] as number) + 1;
      alike[hash] = count;
      if (count > at.MOST_ALIKE) throw new RangeError('too many anchors begin alike');
      if (used >= MAX_CHAIN) throw new RangeError('too many spellings of anchors');
      shorts[chains + used * 2] = id;
      shorts[chains + used * 2 + 1] = shorts[heads + hash] as number;
      shorts[heads + hash] = used++;
    }
  });
}

function writeBuckets({ at, bytes }: Kernel, buckets: readonly Bucket[]): void {
  const set = (bucket: number, position: number, half: 0 | 1, mask: number): void => {
    const table = at.NIBBLES + position * 32 + half * 16;
    for (let nibble = 0; nibble < 16; nibble++) {
      if ((mask >> nibble) & 1) {
        bytes[table + nibble] = (bytes[table + nibble] as number) | (1 << bucket);
      }
    }
  };
  buckets.forEach((bucket, i) => {
    for (let position = 0; position < 4; position++) {
      set(i, position, 0, bucket.low[position] as number);
      set(i, position, 1, bucket.high[position] as number);
    }
  });
  const slash = {
    low: [0xffff, 0xffff, 1 << 0xc, 1 << 0xf],
    high: [0xffff, 0xffff, 1 << 5, 1 << 2],
  };
  for (let position = 0; position < 4; position++) {
    set(SLASH_BUCKET, position, 0, slash.low[position] as number);
    set(SLASH_BUCKET, position, 1, slash.high[position] as number);
  }
}

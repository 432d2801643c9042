import { isLetThrough } from './buckets.ts';
import { type ByteClass, byteClass, byteRange } from './byte-class.ts';
import { frequencyOf } from './frequency.ts';

/**
 * What the kernel looks for: a few neighbouring bytes at a known distance from the beginning of
 * what they announce, four of which, the window, are rare.
 */
export interface Anchor {
  /** 4 to 16 positions. */
  readonly positions: readonly ByteClass[];
  /** Index of the window in {@link positions}. */
  readonly window: number;
  /** From the beginning of what is announced to the window; may be negative. */
  readonly offset: number;
  /**
   * Whether the window is looked for only where a long run is: what it announces has
   * {@link ENOUGH_OF_A_RUN} characters of {@link RUN} in a row, from the window on or from at most
   * {@link RUN_LEAD} bytes behind its beginning on, where they begin a run.
   */
  readonly inRun: boolean;
  /** What the byte before the beginning of what is announced may not be; the host knows exceptions. */
  readonly left?: 'word' | 'name';
}

/** What long runs are made of: both alphabets of base64. */
export const RUN = byteClass([
  ...byteRange(0x30, 0x39),
  ...byteRange(0x41, 0x5a),
  ...byteRange(0x61, 0x7a),
  ...Buffer.from('+/-_'),
]);

/** In so many characters the kernel sees a run, wherever they stand. */
export const ENOUGH_OF_A_RUN = 19;
/** As in the kernel. */
export const RUN_LEAD = 3;

export const WINDOW = 4;
export const MAX_POSITIONS = 16;
/** Windows are kept in a hash set, one entry for each way in which they can be written. */
const MAX_SPELLINGS = 4096;

/**
 * Chooses the anchor with the rarest window; of those that the sieve lets through, where there are.
 *
 * @param positions - byte classes in order
 * @param lead - how many of them stand before the beginning of what is announced
 * @returns `undefined` where no window is selective enough
 */
export function chooseAnchor(positions: readonly ByteClass[], lead = 0): Anchor | undefined {
  const isSieved = (at: number): boolean => isLetThrough(positions.slice(at, at + WINDOW));
  const best = rarestWindow(positions, isSieved) ?? rarestWindow(positions, () => true);
  return best === undefined ? undefined : anchorAt(positions, best, lead, false);
}

/**
 * Chooses an anchor that need be looked for in long runs only.
 *
 * @param positions - byte classes in order, all of what is announced at least
 * @param known - how many of them the anchor may use: the rest stands at no fixed distance
 * @returns `undefined` where what is announced is no long run
 */
export function chooseRunAnchor(
  positions: readonly ByteClass[],
  known: number,
): Anchor | undefined {
  const fixed = positions.slice(0, known);
  const isInRun = (at: number): boolean => {
    for (let lead = 0; lead <= RUN_LEAD; lead++) {
      const before = lead === 0 ? undefined : fixed[at + lead - 1];
      const begins = lead === 0 || before?.members.every((byte) => RUN.has[byte] === 0) === true;
      if (begins && runLength(positions, at + lead) >= ENOUGH_OF_A_RUN) return true;
    }
    return false;
  };
  const best = rarestWindow(fixed, isInRun);
  return best === undefined ? undefined : anchorAt(fixed, best, 0, true);
}

function runLength(positions: readonly ByteClass[], from: number): number {
  let at = from;
  while (positions[at] !== undefined && isOfRuns(positions[at] as ByteClass)) at++;
  return at - from;
}

/** Whether a class holds nothing but what runs are made of. */
export function isOfRuns(set: ByteClass): boolean {
  return set.members.every((byte) => RUN.has[byte] === 1);
}

function rarestWindow(
  positions: readonly ByteClass[],
  isUsable: (at: number) => boolean,
): number | undefined {
  let best: number | undefined;
  let lowest = Number.POSITIVE_INFINITY;
  for (let at = 0; at + WINDOW <= positions.length; at++) {
    let ways = 1;
    let share = 1;
    for (let i = at; i < at + WINDOW; i++) {
      const set = positions[i] as ByteClass;
      ways *= set.members.length;
      share *= frequencyOf(set);
    }
    if (ways > MAX_SPELLINGS || share >= lowest || !isUsable(at)) continue;
    lowest = share;
    best = at;
  }
  return best;
}

function anchorAt(
  positions: readonly ByteClass[],
  window: number,
  lead: number,
  inRun: boolean,
): Anchor {
  const from = Math.max(0, Math.min(window - 6, positions.length - MAX_POSITIONS));
  return {
    positions: positions.slice(from, from + MAX_POSITIONS),
    window: window - from,
    offset: window - lead,
    inRun,
  };
}

/** All ways in which an anchor's window can be written, each as a little-endian word. */
export function* windowSpellings(anchor: Anchor): Generator<number> {
  const [a, b, c, d] = anchor.positions
    .slice(anchor.window, anchor.window + WINDOW)
    .map((set) => set.members);
  for (const first of a as number[])
    for (const second of b as number[])
      for (const third of c as number[])
        for (const fourth of d as number[]) {
          yield (first | (second << 8) | (third << 16) | (fourth << 24)) >>> 0;
        }
}

import type { ByteClass } from './byte-class.ts';
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
}

const WINDOW = 4;
const MAX_POSITIONS = 16;
/** Windows are kept in a hash set, one entry for each way in which they can be written. */
const MAX_SPELLINGS = 4096;

/**
 * Chooses the anchor with the rarest window.
 *
 * @param positions - byte classes in order
 * @param lead - how many of them stand before the beginning of what is announced
 * @returns `undefined` where no window is selective enough
 */
export function chooseAnchor(positions: readonly ByteClass[], lead = 0): Anchor | undefined {
  let best = -1;
  let lowest = Number.POSITIVE_INFINITY;
  for (let at = 0; at + WINDOW <= positions.length; at++) {
    let ways = 1;
    let share = 1;
    for (let i = at; i < at + WINDOW; i++) {
      const set = positions[i] as ByteClass;
      ways *= set.members.length;
      share *= frequencyOf(set);
    }
    if (ways > MAX_SPELLINGS || share >= lowest) continue;
    lowest = share;
    best = at;
  }
  if (best < 0) return undefined;
  const from = Math.max(0, Math.min(best - 6, positions.length - MAX_POSITIONS));
  return {
    positions: positions.slice(from, from + MAX_POSITIONS),
    window: best - from,
    offset: best - lead,
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

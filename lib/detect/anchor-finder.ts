import { kindAt, MAX_ANCHORS, MUTED } from './anchor-tables.ts';
import type { TextStarts } from './encoded/texts.ts';
import { ESCAPE_BYTE, type Kernel, PERCENT_SIGN } from './kernel-instance.ts';

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
  /** Looks for an anchor no more until the text ends: the report learns nothing from it any more. */
  mute(anchor: number): void;
}

/** Signs that a text holds. */
export interface Signs {
  /** `\/`, which JSON need not write so. */
  readonly escapedSlash: boolean;
  readonly percent: boolean;
  /** The control character that begins the codes of terminals. */
  readonly escape: boolean;
}

/** Finds the anchors whose tables a kernel holds. */
export function createAnchorFinder(kernel: Kernel): AnchorFinder {
  const { at, words } = kernel;
  /** The kinds of the anchors that are not looked for now. */
  const muted = new Map<number, number>();

  const search: AnchorFinder['find'] = (bytes, report, runs = noRuns()) => {
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
  };

  return {
    find(bytes, report, runs) {
      try {
        return search(bytes, report, runs);
      } finally {
        for (const [anchor, kind] of muted) kernel.bytes[kindAt(kernel, anchor)] = kind;
        muted.clear();
      }
    },
    mute(anchor) {
      const place = kindAt(kernel, anchor);
      if (muted.has(anchor)) return;
      muted.set(anchor, kernel.bytes[place] as number);
      kernel.bytes[place] = MUTED;
    },
  };
}

/** The kernel sees `\/` as the end of a window and so misses it in the first two places. */
function beginsWithEscapedSlash(bytes: Uint8Array): boolean {
  const text = String.fromCharCode(...bytes.subarray(0, 3));
  return text.startsWith('\\/') || (text.endsWith('\\/') && text[0] !== '\\');
}

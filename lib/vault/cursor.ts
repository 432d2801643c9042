const BACKSLASH = 0x5c;

/** Reads forward; a method that answers `false` leaves `at` on the byte that did not fit. */
export class Cursor {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;
  /** Up to where it would read if the bytes went on; {@link Cursor.end} is at most that. */
  readonly bound: number;

  constructor(bytes: Uint8Array, at: number, end: number, bound = Number.POSITIVE_INFINITY) {
    this.bytes = bytes;
    this.at = at;
    this.end = Math.min(end, bound);
    this.bound = bound;
  }

  /** The next byte; -1 at the end. */
  get next(): number {
    return this.at < this.end ? (this.bytes[this.at] as number) : -1;
  }

  /** Reads a word exactly as given. */
  word(word: string): boolean {
    for (let i = 0; i < word.length; i++, this.at++) {
      if (this.next !== word.charCodeAt(i)) return false;
    }
    return true;
  }

  /** Reads one of several words, given in lower case, in any case; fails where the best of them fails. */
  oneOf(words: readonly string[]): string | undefined {
    const from = this.at;
    let furthest = from;
    for (const word of words) {
      let i = 0;
      while (
        i < word.length &&
        lower(from + i < this.end ? this.bytes[from + i] : -1) === word.charCodeAt(i)
      )
        i++;
      furthest = Math.max(furthest, from + i);
      if (i < word.length) continue;
      this.at = from + i;
      return word;
    }
    this.at = furthest;
    return undefined;
  }

  /** Reads a run of backslashes and gives its length. */
  backslashes(): number {
    const from = this.at;
    while (this.next === BACKSLASH) this.at++;
    return this.at - from;
  }
}

function lower(byte: number | undefined): number {
  if (byte === undefined) return -1;
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

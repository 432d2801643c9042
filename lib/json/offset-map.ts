/**
 * From the offsets of a decoded text to those of its source. Only where the distance between them
 * changes is anything kept: few places of a long text, as a rule.
 */
export class OffsetMap {
  #decoded: Uint32Array;
  #source: Uint32Array;
  #count = 1;
  /** The entry that was used last: offsets are mostly asked for in ascending order. */
  #last = 0;

  /** @param source - where the source begins */
  constructor(source: number) {
    this.#decoded = new Uint32Array(FIRST_ENTRIES);
    this.#source = new Uint32Array(FIRST_ENTRIES);
    this.#source[0] = source;
  }

  /** From `decoded` on, one byte of the text is one of the source, from `source` on; ascending. */
  add(decoded: number, source: number): void {
    if (this.#decoded[this.#count - 1] === decoded) this.#count--;
    else if (this.#count === this.#decoded.length) {
      this.#decoded = doubled(this.#decoded);
      this.#source = doubled(this.#source);
    }
    this.#decoded[this.#count] = decoded;
    this.#source[this.#count++] = source;
  }

  /** Where the byte at an offset of the text comes from. */
  at(offset: number): number {
    const decoded = this.#decoded;
    let low = this.#last;
    if ((decoded[low] as number) > offset) low = 0;
    let high = Math.min(low + 1, this.#count);
    // Near the entry of the last question, or halving what is left.
    if (high < this.#count && (decoded[high] as number) <= offset) {
      high = this.#count;
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if ((decoded[middle] as number) <= offset) low = middle;
        else high = middle;
      }
    }
    this.#last = low;
    return (this.#source[low] as number) + offset - (decoded[low] as number);
  }
}

const FIRST_ENTRIES = 8;

function doubled(entries: Uint32Array): Uint32Array {
  const more = new Uint32Array(2 * entries.length);
  more.set(entries);
  return more;
}

import { SEPARATOR } from '../encoded/texts.ts';
import type { Range } from '../types.ts';

/** Text of which each byte is known to be printed somewhere. */
export interface Printed {
  readonly bytes: Buffer;
  /** Where a part of the text is printed. */
  place(part: Range): Range;
}

/** No secret is shorter. */
const SHORTEST = 8;
const FIRST_SIZE = 256;

/** Puts printed texts together, one behind the other. */
export class PrintedTexts implements Printed {
  #bytes = Buffer.alloc(FIRST_SIZE);
  #starts = new Float64Array(FIRST_SIZE);
  #ends = new Float64Array(FIRST_SIZE);
  /** Where the last text begins. */
  #begin = 0;
  #length = 0;

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Adds a byte to the text. */
  add(value: number, start: number, end: number): void {
    if (this.#length === this.#starts.length) this.#grow();
    this.#bytes[this.#length] = value;
    this.#starts[this.#length] = start;
    this.#ends[this.#length++] = end;
  }

  /** Ends the text; one that is too short for a secret is forgotten. */
  cut(): void {
    if (this.#length === this.#begin) return;
    const at = this.#ends[this.#length - 1] as number;
    if (this.#length - this.#begin < SHORTEST) this.#length = this.#begin;
    else for (const byte of SEPARATOR) this.add(byte, at, at);
    this.#begin = this.#length;
  }

  place({ start, end }: Range): Range {
    return { start: this.#starts[start] as number, end: this.#ends[end - 1] as number };
  }

  #grow(): void {
    const size = 4 * this.#starts.length;
    const [bytes, starts, ends] = [this.#bytes, this.#starts, this.#ends];
    this.#bytes = Buffer.alloc(size);
    this.#starts = new Float64Array(size);
    this.#ends = new Float64Array(size);
    this.#bytes.set(bytes);
    this.#starts.set(starts);
    this.#ends.set(ends);
  }
}

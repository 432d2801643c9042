import type { WrittenForm } from './escape-styles.ts';
import { createKernel, type Kernel } from './kernel-instance.ts';

/**
 * An index of texts by sampled grams. The kernel probes the text at every `stride`-th place only;
 * each indexed text registers as many grams in a row as a stride has places, so that exactly one
 * of them falls on a probed place, wherever the text stands.
 */
export interface GramRule {
  /** Bytes of a gram: 8 or 4. */
  readonly width: 8 | 4;
  readonly stride: number;
}

export const LONG_GRAMS: GramRule = { width: 8, stride: 13 };
export const SHORT_GRAMS: GramRule = { width: 4, stride: 5 };

/** The shortest text that a rule finds wherever it stands. */
export function shortestFor({ width, stride }: GramRule): number {
  return width + stride - 1;
}

/** A text of which a gram is registered. */
export interface GramEntry {
  readonly id: string;
  readonly form: WrittenForm;
  /** What the text is a form of. */
  readonly value: Uint8Array;
  /** From the text's beginning to the gram. */
  readonly offset: number;
}

/** How much of the filter may stand for texts that are gone before it is made anew. */
const STALE_LIMIT = 20_000;
const HASH_MULTIPLIER = 2654435761;

/** Where an index keeps its Bloom filter. */
export interface Filter {
  readonly kernel: Kernel;
  readonly address: number;
  /** It has 2^(32 - shift) bits. */
  readonly shift: number;
}

/** A kernel with room for two filters of so many bits, a power of two. */
export function createFilters(bits: number): readonly [Filter, Filter] {
  const size = bits / 8;
  const kernel = createKernel(2 * size);
  const shift = 32 - Math.log2(bits);
  const first = kernel.at.BLOOM;
  return [
    { kernel, address: first, shift },
    { kernel, address: first + size, shift },
  ];
}

/** The texts of one rule. */
export class GramIndex {
  readonly rule: GramRule;
  readonly #entries = new Map<number, GramEntry[]>();
  #filter: Filter;
  #stale = 0;

  constructor(rule: GramRule, filter: Filter) {
    this.rule = rule;
    this.#filter = filter;
  }

  get filter(): Filter {
    return this.#filter;
  }

  /** Moves to another filter. */
  set filter(filter: Filter) {
    this.#filter = filter;
    this.#rebuild();
  }

  /** How many grams are registered. */
  get size(): number {
    return this.#entries.size;
  }

  at(hash: number): readonly GramEntry[] {
    return this.#entries.get(hash) ?? [];
  }

  add(id: string, form: WrittenForm, value: Uint8Array): void {
    const base = this.#chooseBase(form.bytes);
    for (const { hash, offset } of this.#grams(form.bytes, base)) {
      const entry = { id, form, value, offset };
      const known = this.#entries.get(hash);
      if (known === undefined) this.#entries.set(hash, [entry]);
      else known.push(entry);
      this.#mark(hash);
    }
  }

  delete(id: string, form: WrittenForm): void {
    for (const base of this.#bases(form.bytes)) {
      for (const { hash } of this.#grams(form.bytes, base)) {
        const known = this.#entries.get(hash);
        if (known === undefined) continue;
        const rest = known.filter((entry) => entry.id !== id);
        if (rest.length === known.length) continue;
        this.#stale++;
        if (rest.length === 0) this.#entries.delete(hash);
        else this.#entries.set(hash, rest);
      }
    }
    if (this.#stale > STALE_LIMIT) this.#rebuild();
  }

  /** Texts of one kind begin alike (and end alike): the least crowded part of each is registered. */
  #chooseBase(text: Buffer): number {
    let best = 0;
    let fewest = Number.POSITIVE_INFINITY;
    for (const base of this.#bases(text)) {
      const crowd = this.#grams(text, base).reduce(
        (sum, { hash }) => sum + this.at(hash).length,
        0,
      );
      if (crowd >= fewest) continue;
      fewest = crowd;
      best = base;
      if (crowd === 0) break;
    }
    return best;
  }

  #bases(text: Buffer): number[] {
    const last = text.length - shortestFor(this.rule);
    return [...new Set([0.75, 0.5, 1, 0.25, 0].map((share) => Math.floor(last * share)))];
  }

  #grams(text: Buffer, base: number): { readonly hash: number; readonly offset: number }[] {
    return Array.from({ length: this.rule.stride }, (_, i) => ({
      hash: this.rule.width === 8 ? hashLong(text, base + i) : hashShort(text, base + i),
      offset: base + i,
    }));
  }

  #mark(hash: number): void {
    const { kernel, address, shift } = this.#filter;
    for (const bit of [hash >>> shift, Math.imul(hash, HASH_MULTIPLIER) >>> shift]) {
      const at = address + (bit >>> 3);
      kernel.bytes[at] = (kernel.bytes[at] as number) | (1 << (bit & 7));
    }
  }

  #rebuild(): void {
    const { kernel, address, shift } = this.#filter;
    this.#stale = 0;
    kernel.bytes.fill(0, address, address + 2 ** (29 - shift));
    for (const hash of this.#entries.keys()) this.#mark(hash);
  }
}

/** As in the kernel. */
function hashLong(text: Buffer, at: number): number {
  const first = Math.imul(text.readUInt32LE(at), 0x85ebca6b);
  const mixed = ((first << 15) | (first >>> 17)) ^ text.readUInt32LE(at + 4);
  const hash = Math.imul(mixed, 0xc2b2ae35);
  return (hash ^ (hash >>> 15)) >>> 0;
}

function hashShort(text: Buffer, at: number): number {
  const hash = Math.imul(text.readUInt32LE(at), 0xcc9e2d51);
  return Math.imul(hash ^ (hash >>> 15), 0x1b873593) >>> 0;
}

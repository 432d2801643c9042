import type { StoredSecret } from './types.ts';
import type { Replacement } from './vault.ts';

/** A text that was met before. */
export interface Met {
  /** What was stored for it. */
  stored: StoredSecret;
  replacement: Replacement;
  /** Which pin held it last, and when. */
  heldBy: number;
  at: number;
}

/** The texts that were met last. A conversation repeats its secrets with every turn. */
export interface Memo {
  /** What was added for the text from `start` to `end`, if it is still there. */
  get(bytes: Uint8Array, start: number, end: number): Met | undefined;
  /** Adds one that is not there. */
  add(bytes: Uint8Array, start: number, end: number, met: Met): void;
  /** Forgets what is not to be kept. */
  prune(isKept: (stored: StoredSecret) => boolean): void;
}

/** A power of two; so many sets, of so many places each. */
const SETS = 2048;
const WAYS = 4;
/** Longer texts are hashed each time: there are few. */
const LONGEST = 512;
/** So much of a text's beginning and of its end chooses its set. */
const EDGE = 16;
const MULTIPLIER = 0x85ebca6b;

/**
 * A memo that compares bytes: making a string of each text would cost as much as all the rest. A
 * text has a few places only, so that no texts, whatever they are, make a look long.
 */
export function createMemo(): Memo {
  const hashes = new Int32Array(SETS * WAYS);
  const places = new Array<Met | undefined>(SETS * WAYS).fill(undefined);
  /** Which place of a full set is next to go. */
  let turn = 0;

  return {
    get(bytes, start, end) {
      if (end - start > LONGEST) return undefined;
      const hash = hashOf(bytes, start, end);
      const first = (hash & (SETS - 1)) * WAYS;
      for (let at = first; at < first + WAYS; at++) {
        const met = hashes[at] === hash ? places[at] : undefined;
        if (met !== undefined && holds(met, bytes, start, end)) return met;
      }
      return undefined;
    },
    add(bytes, start, end, met) {
      if (end - start > LONGEST) return;
      const hash = hashOf(bytes, start, end);
      const first = (hash & (SETS - 1)) * WAYS;
      let place = first;
      while (place < first + WAYS && places[place] !== undefined) place++;
      if (place === first + WAYS) place = first + (turn++ % WAYS);
      hashes[place] = hash;
      places[place] = met;
    },
    prune(isKept) {
      for (const [place, met] of places.entries()) {
        if (met !== undefined && !isKept(met.stored)) places[place] = undefined;
      }
    },
  };
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  const head = Math.min(end, start + EDGE);
  const hash = mix(end - start, bytes, start, head);
  return mix(hash, bytes, Math.max(head, end - EDGE), end);
}

/** Four bytes a step: the steps wait for each other. */
function mix(from: number, bytes: Uint8Array, start: number, end: number): number {
  let hash = from;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
    const high = ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24);
    hash = Math.imul(hash ^ low ^ high, MULTIPLIER);
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), MULTIPLIER);
  return hash ^ (hash >>> 15);
}

function holds({ stored }: Met, bytes: Uint8Array, start: number, end: number): boolean {
  const text = stored.value.reveal();
  if (text.length !== end - start) return false;
  for (let i = 0; i < text.length; i++) if (text[i] !== bytes[start + i]) return false;
  return true;
}

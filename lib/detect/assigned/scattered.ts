/** Tells text that a machine made up from words: by how short its pieces are, and by its letters. */

import { DIGIT, kindOf, LETTER, LOWER, type Text, UPPER } from './kinds.ts';

/** What a text is made of: pieces end where the kind of character changes. */
export interface Pieces {
  readonly count: number;
  /** Characters in them. */
  readonly length: number;
  /** Neighbouring letters in one piece, and how many of these pairs are frequent in words. */
  readonly pairs: number;
  readonly frequent: number;
}

/** The pairs of letters that make up about four fifths of English text and of names in code. */
const FREQUENT = pairTable(
  'th he in er an re nd at on nt ha es st en ed to it ou ea hi is or ti as te et ng of al de se ' +
    'le sa si ar ve ra ld ur co me ro ri io ic ne ll be ma om no lo ac ce li ch pr us ss ec ke ey ' +
    'tr ct ut ta il di el ge po ad so ot pe ca em un fo ol pa ow im mi wi ho ns ee rs sh id ie ly ' +
    'tu ul ts ir mo la ai sp ev am pl wo rd ab ap op ay vi su cu ag ig ub ob up da na ex fi if od ' +
    'um ru ck gr rt ep lu',
);

function pairTable(pairs: string): Uint8Array {
  const table = new Uint8Array(32 * 32);
  for (const pair of pairs.split(' ')) table[pairIndex(pair.charCodeAt(0), pair.charCodeAt(1))] = 1;
  return table;
}

function pairIndex(first: number, second: number): number {
  return ((first & 31) << 5) | (second & 31);
}

/** Walks a text once. A capital and the small letters after it are one piece, as in `camelCase`. */
export function piecesOf({ bytes, start, end }: Text): Pieces {
  let count = 0;
  let length = 0;
  let pairs = 0;
  let frequent = 0;
  let beforeThat = 0;
  let before = 0;
  for (let at = start; at < end; at++) {
    const kind = kindOf(bytes[at] as number) & (LETTER | DIGIT);
    const goesOn = kind === before || (kind === LOWER && before === UPPER && beforeThat !== UPPER);
    if (kind !== 0) {
      length++;
      if (!goesOn) count++;
      else if (kind !== DIGIT) {
        pairs++;
        frequent += FREQUENT[pairIndex(bytes[at - 1] as number, bytes[at] as number)] as number;
      }
    }
    beforeThat = before;
    before = kind;
  }
  return { count, length, pairs, frequent };
}

/** Random text in base 62 has pieces of 2.2 characters and a fifth of its pairs is frequent; names in code have 4 and two thirds. */
export function isScattered({ count, length, pairs, frequent }: Pieces): boolean {
  if (count === 0) return false;
  const piece = length / count;
  if (piece <= 2.3) return true;
  const share = pairs === 0 ? 0 : frequent / pairs;
  return piece <= 3.4 ? share < 0.6 : share < 0.36;
}

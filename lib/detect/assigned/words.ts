/** Words of which nobody makes a secret that protects something. */
const WORDS =
  'a abc access account admin administrator after again and anon any api app appid asdf auth bad bar baz before ' +
  'bearer bob alice client code correct credential credentials db database default demo dev developer ' +
  'empty env fail fake false foo foobar for from google guest hard hello here hidden ' +
  'id in invalid is it jane john jwt key keyboard letmein local login long master me mock monkey mongo my mysql name ' +
  'new nil no none not null number of oauth old one or pass passphrase passw passwd password passwords ' +
  'phrase postgres prod production pwd put qux rabbit random redis refresh root s salt secret secrets secure security ' +
  'session set shared short sign signing some staging string strong super system tbd temp temporary test tester testing text the ' +
  'this to todo token two type undefined unit unknown update user username users valid value very weak ' +
  'welcome with word world wrong xyz github gitlab slack stripe aws azure openai server service bot cat dog elastic kafka minio sa service pg';

const LETTERS = new Uint8Array(256);
for (let letter = 1; letter <= 26; letter++) {
  LETTERS[0x40 + letter] = letter;
  LETTERS[0x60 + letter] = letter;
}

/** Letters as numbers from 1 on; 0 for what is none. */
export function letterOf(byte: number): number {
  return LETTERS[byte] as number;
}

/** Next nodes by node and letter, 0 where there is none; and whether a word ends in a node. */
const NEXT = new Uint16Array(27 * WORDS.length);
const ENDS = new Uint8Array(WORDS.length);
let nodes = 1;
for (const word of WORDS.split(' ')) {
  let node = 0;
  for (let i = 0; i < word.length; i++) {
    const at = 27 * node + letterOf(word.charCodeAt(i));
    if (NEXT[at] === 0) NEXT[at] = nodes++;
    node = NEXT[at] as number;
  }
  ENDS[node] = 1;
}

/** Longer texts are made of other things too. */
export const LONGEST_PHRASE = 256;
/** Where a sequence of words ends; all clear between two calls. */
const reached = new Uint8Array(LONGEST_PHRASE + 1);

/** Whether letters are a sequence of the words: one step for each place and letter of a word. */
export function consistsOfWords(letters: Uint8Array, length: number): boolean {
  if (length === 0 || length > LONGEST_PHRASE) return false;
  let furthest = 0;
  for (let from = 0; from <= furthest && from < length; from++) {
    if (from > 0 && reached[from] === 0) continue;
    for (let at = from, node = 0; at < length; ) {
      node = NEXT[27 * node + (letters[at++] as number)] as number;
      if (node === 0) break;
      if (ENDS[node] === 1) {
        reached[at] = 1;
        furthest = Math.max(furthest, at);
      }
    }
  }
  for (let at = 1; at <= furthest; at++) reached[at] = 0;
  return furthest === length;
}

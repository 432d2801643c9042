import { classOf } from '../byte-class.ts';
import {
  DIGIT,
  kindsOf,
  LETTER,
  OTHER,
  SLASH,
  stringOf,
  TEMPLATE_SIGN,
  type Text,
} from './kinds.ts';
import { consistsOfWords, LONGEST_PHRASE, letterOf } from './words.ts';

/** Tells what stands for a secret from secrets: templates, examples, words that mean “put it here”. */

/** Whether a text is a template, words such as `password`, or nothing but `xxx` and `123`. */
export function isBlank(text: Text): boolean {
  const kinds = kindsOf(text);
  return (
    isTemplate(text, kinds) ||
    isRegular(text) ||
    isCounted(text, kinds) ||
    ((kinds & ~LETTER) === 0 && consistsOfWords(letters, takeLetters(text)))
  );
}

/** Whether a text is a template, or a part of it says that it is none of the real ones. */
export function saysSo(text: Text, kinds: number): boolean {
  return (
    isTemplate(text, kinds) || (maySaySo(text) && SAYS_SO.test(stringOf(text))) || isRegular(text)
  );
}

/** Whether a text is one of these, or made of words. */
export function isStandIn(text: Text, kinds: number): boolean {
  return saysSo(text, kinds) || isCounted(text, kinds) || isMadeOfWords(text, kinds);
}

function isCounted(text: Text, kinds: number): boolean {
  return (kinds & ~DIGIT) === 0 && DIGITS.includes(stringOf(text));
}

const DIGITS = '012345678901234567890';

function isTemplate(text: Text, kinds: number): boolean {
  const first = text.bytes[text.start] as number;
  const may = (kinds & TEMPLATE_SIGN) !== 0 || BEGINS_TEMPLATE.has[first] === 1;
  return may && TEMPLATE.test(stringOf(text));
}

const BEGINS_TEMPLATE = classOf('[_@');

/** `${X}`, `{{x}}`, `{user}`, `<your-key>`, `%s`, `$(cmd)`, `$X`, `#{x}`, `[x]`, `__X__`, `@x@`, `%X%`. */
const TEMPLATE =
  /\$\{|\$\(|\{\{|#\{|<%|%>|\{[\w .:,-]{0,64}\}|<[^<>]{0,64}>|%[sdvrq@]|%\(|%\{|^\$[A-Za-z_]\w*$|^\$\d$|<pl:|^\[.{0,128}\]$|^__\w*__$|^@.{1,64}@$|^%\w{1,64}%$/;

const SAYS_SO =
  /example|placeholder|change[-_]?me|dummy|redacted|censored|masked|sample|x{4}|\*{3}|\.{3}|your[-_a-z]|abcdefgh|12345678|01234567|deadbeef|qwerty|lorem|insert[-_]|-goes-|fixture/i;

/** Three characters of each of these, of which five bits are the same in either case. */
const PARTS =
  'xam ceh ang dum red cen mas sam xxx *** ... you abc 123 bee qwe lor ins goe fix'.split(' ');
const HAS_PART = new Uint8Array(1 << 15);
for (const part of PARTS) {
  HAS_PART[Buffer.from(part).reduce((index, byte) => nextPart(index, byte), 0)] = 1;
}

/** The index of three characters from that of the ones before and the next character. */
function nextPart(index: number, byte: number): number {
  return ((index << 5) | (byte & 31)) & (HAS_PART.length - 1);
}

/** Whether the expression need be asked: hardly any text that says nothing passes. */
function maySaySo({ bytes, start, end }: Text): boolean {
  let index = 0;
  for (let at = start; at < end; at++) {
    index = nextPart(index, bytes[at] as number);
    if (HAS_PART[index] === 1 && at >= start + 2) return true;
  }
  return false;
}

/** The same character or few again and again. */
function isRegular({ bytes, start, end }: Text): boolean {
  const half = (end - start) / 2;
  for (let period = 1; period <= Math.min(4, half); period++) {
    let at = start + period;
    while (at < end && bytes[at] === bytes[at - period]) at++;
    if (at === end) return true;
  }
  return false;
}

/** What digits and signs are written for in `P@ssw0rd`, as {@link letterOf} has it. */
const SPELLED = new Uint8Array(256);
for (const pair of ['0o', '1i', '3e', '4a', '5s', '7t', '@a', '$s', '!i']) {
  SPELLED[pair.charCodeAt(0)] = letterOf(pair.charCodeAt(1));
}

const letters = new Uint8Array(LONGEST_PHRASE);
const spelled = new Uint8Array(LONGEST_PHRASE);

/** Puts the letters of a text into {@link letters}, and gives their number. */
function takeLetters({ bytes, start, end }: Text): number {
  let count = 0;
  for (let at = start; at < end; at++) {
    const letter = letterOf(bytes[at] as number);
    if (letter > 0) letters[count++] = letter;
  }
  return count;
}

/** Puts those that a text can be read as into {@link spelled}: what follows the last is none. */
function takeSpelled({ bytes, start, end }: Text): number {
  let count = 0;
  let last = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    const letter = letterOf(byte);
    const read = letter > 0 ? letter : (SPELLED[byte] as number);
    if (read > 0) spelled[count++] = read;
    if (letter > 0) last = count;
  }
  return last;
}

/** Longer texts are made of other things too. */
const LONGEST_WORDS = 80;
const PASSWORD = Uint8Array.from('password', (char) => letterOf(char.charCodeAt(0)));

function isMadeOfWords(text: Text, kinds: number): boolean {
  if (text.end - text.start > LONGEST_WORDS) return false;
  // `SuperSecret123!` may be somebody's: only the best known word counts as none.
  const isMixed =
    (kinds & LETTER) === LETTER && (kinds & DIGIT) !== 0 && (kinds & (OTHER | SLASH)) !== 0;
  const isWord = isMixed ? isPassword : consistsOfWords;
  return isWord(letters, takeLetters(text)) || isWord(spelled, takeSpelled(text));
}

function isPassword(found: Uint8Array, length: number): boolean {
  return length === PASSWORD.length && PASSWORD.every((letter, i) => found[i] === letter);
}

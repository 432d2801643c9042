import { DIGIT, kindsOf, LETTER, LOWER, OTHER, SLASH, TEMPLATE_SIGN, UPPER } from './kinds.ts';
import { consistsOfWords, LONGEST_PHRASE, letterOf } from './words.ts';

/** Tells what stands for a secret from secrets: templates, examples, words that mean “put it here”. */

/** Whether a text is a template, words such as `password`, or nothing but `xxx` and `123`. */
export function isBlank(text: string): boolean {
  const kinds = kindsOf(text);
  return (
    isTemplate(text, kinds) ||
    isRegular(text) ||
    isCounted(text, kinds) ||
    ((kinds & ~LETTER) === 0 && consistsOfWords(letters, takeLetters(text)))
  );
}

/** Whether a text is a template, or a part of it says that it is none of the real ones. */
export function saysSo(text: string, kinds: number): boolean {
  return isTemplate(text, kinds) || (maySaySo(text) && SAYS_SO.test(text)) || isRegular(text);
}

/** Whether a text is one of these, or made of words. */
export function isStandIn(text: string, kinds: number): boolean {
  return saysSo(text, kinds) || isCounted(text, kinds) || isMadeOfWords(text, kinds);
}

function isCounted(text: string, kinds: number): boolean {
  return (kinds & ~DIGIT) === 0 && DIGITS.includes(text);
}

const DIGITS = '012345678901234567890';

function isTemplate(text: string, kinds: number): boolean {
  return ((kinds & TEMPLATE_SIGN) !== 0 || '[_@'.includes(text[0] ?? '[')) && TEMPLATE.test(text);
}

/** `${X}`, `{{x}}`, `{user}`, `<your-key>`, `%s`, `$(cmd)`, `$X`, `#{x}`, `[x]`, `__X__`, `@x@`, `%X%`. */
const TEMPLATE =
  /\$\{|\$\(|\{\{|#\{|<%|%>|\{[\w .:,-]{0,64}\}|<[^<>]{0,64}>|%[sdvrq@]|%\(|%\{|^\$[A-Za-z_]\w*$|^\$\d$|<pl:|^\[.{0,128}\]$|^__\w*__$|^@.{1,64}@$|^%\w{1,64}%$/;

const SAYS_SO =
  /example|placeholder|change[-_]?me|dummy|redacted|censored|masked|sample|x{4}|\*{3}|\.{3}|•|your[-_a-z]|abcdefgh|12345678|01234567|deadbeef|qwerty|lorem|insert[-_]|-goes-|fixture/i;

/** Three characters of each of these, of which five bits are the same in either case. */
const PARTS =
  'xam ceh ang dum red cen mas sam xxx *** ... you abc 123 bee qwe lor ins goe fix'.split(' ');
const HAS_PART = new Uint8Array(1 << 15);
for (const part of PARTS) HAS_PART[partIndex(part, 2)] = 1;

function partIndex(text: string, last: number): number {
  return (
    ((text.charCodeAt(last - 2) & 31) << 10) |
    ((text.charCodeAt(last - 1) & 31) << 5) |
    (text.charCodeAt(last) & 31)
  );
}

/** Whether the expression need be asked: hardly any text that says nothing passes. */
function maySaySo(text: string): boolean {
  for (let at = 2; at < text.length; at++) {
    if (HAS_PART[partIndex(text, at)] === 1) return true;
  }
  return text.includes('•');
}

/** The same character or few again and again. */
function isRegular(text: string): boolean {
  const half = text.length / 2;
  for (let period = 1; period <= Math.min(4, half); period++) {
    let at = period;
    while (at < text.length && text.charCodeAt(at) === text.charCodeAt(at - period)) at++;
    if (at === text.length) return true;
  }
  return false;
}

/** What digits and signs are written for in `P@ssw0rd`, as {@link letterOf} has it. */
const SPELLED = new Uint8Array(128);
for (const pair of ['0o', '1i', '3e', '4a', '5s', '7t', '@a', '$s', '!i']) {
  SPELLED[pair.charCodeAt(0)] = letterOf(pair.charCodeAt(1));
}

const letters = new Uint8Array(LONGEST_PHRASE);
const spelled = new Uint8Array(LONGEST_PHRASE);

/** Puts the letters of a text into {@link letters}, and gives their number. */
function takeLetters(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const letter = letterOf(text.charCodeAt(at));
    if (letter > 0) letters[count++] = letter;
  }
  return count;
}

/** Puts those that a text can be read as into {@link spelled}: what follows the last is none. */
function takeSpelled(text: string): number {
  let count = 0;
  let end = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const letter = letterOf(code);
    const read = letter > 0 ? letter : (SPELLED[code] ?? 0);
    if (read > 0) spelled[count++] = read;
    if (letter > 0) end = count;
  }
  return end;
}

/** Longer texts are made of other things too. */
const LONGEST_WORDS = 80;
const PASSWORD = Uint8Array.from('password', (char) => letterOf(char.charCodeAt(0)));

function isMadeOfWords(text: string, kinds: number): boolean {
  if (text.length > LONGEST_WORDS) return false;
  const count = takeLetters(text);
  const spelledCount = takeSpelled(text);
  // `SuperSecret123!` may be somebody's: only the best known word counts as none.
  const isMixed = [LOWER, UPPER, DIGIT, OTHER | SLASH].every((kind) => (kinds & kind) !== 0);
  if (isMixed) return isPassword(letters, count) || isPassword(spelled, spelledCount);
  return consistsOfWords(letters, count) || consistsOfWords(spelled, spelledCount);
}

function isPassword(found: Uint8Array, length: number): boolean {
  return length === PASSWORD.length && PASSWORD.every((letter, i) => found[i] === letter);
}

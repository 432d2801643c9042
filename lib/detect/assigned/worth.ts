import { type ByteClass, byteClass, classOf, DIGIT as DIGITS, WORD } from '../byte-class.ts';
import {
  CLOSE,
  DIGIT,
  kindOf,
  kindsOf,
  LETTER,
  LINK,
  LOWER,
  OTHER,
  SLASH,
  stringOf,
  type Text,
  UPPER,
} from './kinds.ts';
import { isScattered, piecesOf } from './scattered.ts';
import { isBlank, isStandIn, saysSo } from './stand-ins.ts';

/**
 * What a value must look like to count as a secret where its name or place alone says that it is
 * one: `given`, anything but a template or a word; `chosen`, what a person would choose as a password;
 * `random`, what a machine made up.
 */
export type Worth = 'given' | 'chosen' | 'random';

/** How sure it is that a text is a value: code may stand where nothing quotes it. */
export type Certainty = 'literal' | 'line' | 'code';

const SHORTEST_PASSWORD = 8;
const SHORTEST_TOKEN = 16;
const SHORTEST_SCATTERED = 12;

export function isWorth(text: Text, worth: Worth, certainty: Certainty = 'literal'): boolean {
  if (worth === 'given') return !isBlank(text);
  const length = text.end - text.start;
  if (length < (worth === 'chosen' ? SHORTEST_PASSWORD : SHORTEST_TOKEN)) return false;
  const kinds = kindsOf(text);
  if (isCode(text, kinds)) return false;
  if (worth === 'random' && (!consistsOf(text, TOKEN) || consistsOf(text, NUMBER))) return false;
  const scattered = length >= SHORTEST_SCATTERED && isRandom(text, kinds);
  if (worth === 'random')
    return scattered && !saysSo(text, kinds) && (certainty === 'literal' || !isPath(text));
  if (!scattered && !(certainty !== 'code' && isMixed(text, kinds))) return false;
  if (!scattered && certainty === 'line' && isIdentifier(text)) return false;
  return !isStandIn(text, kinds) && !(certainty !== 'literal' && isPath(text));
}

function isCode(text: Text, kinds: number): boolean {
  const first = text.bytes[text.start] as number;
  return ((kinds & CLOSE) !== 0 || BEGINS_CODE.has[first] === 1) && CODE.test(stringOf(text));
}

const BEGINS_CODE = classOf('+,;');

/** What stands between two texts where a quote that ends one was taken for one that begins one. */
const CODE = /^[+,);].*[+,(;=]$|\);/;
const TOKEN = byteClass([...WORD.members, ...classOf('+/=.:~@#$%^&*!?-').members]);
const NUMBER = byteClass([...DIGITS.members, ...classOf('.,:-').members]);

function consistsOf({ bytes, start, end }: Text, { has }: ByteClass): boolean {
  let at = start;
  while (at < end && has[bytes[at] as number] === 1) at++;
  return at === end;
}

/** Letters, and something that is none: few passwords that protect something have less. */
function isMixed(text: Text, kinds: number): boolean {
  return (
    (kinds & LETTER) !== 0 &&
    (kinds & (DIGIT | OTHER)) !== 0 &&
    distinct(text) >= 5 &&
    !isSlug(text, kinds) &&
    !((kinds & SLASH) !== 0 && /^[.~]{0,2}\/|:\/\/|\/.*\//.test(stringOf(text)))
  );
}

function isSlug(text: Text, kinds: number): boolean {
  const mayBe = (kinds & LINK) !== 0 && kindOf(text.bytes[text.start] as number) === LOWER;
  return mayBe && SLUG.test(stringOf(text));
}

/** Words joined to the name of something: `secret-2-levels`, `users.*.apiKey`, `data[0].secret`. */
const SLUG = /^[a-z]+\d*(?:[-_./*[\]]+[A-Za-z0-9]*)+$/;

function isRandom(text: Text, kinds: number): boolean {
  if ((kinds & DIGIT) === 0 && (kinds & LETTER) !== (LOWER | UPPER)) return false;
  if (!isScattered(piecesOf(text)) || distinct(text) < 8) return false;
  return (kinds & SLASH) === 0 || !stringOf(text).includes('://');
}

function distinct({ bytes, start, end }: Text): number {
  let low = 0;
  let middle = 0;
  let high = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    const bit = 1 << (byte & 31);
    if (byte >= 0x60) high |= bit;
    else if (byte >= 0x40) middle |= bit;
    else low |= bit;
  }
  return bitsOf(low) + bitsOf(middle) + bitsOf(high);
}

function bitsOf(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** A name, as code writes it: its digits make it no password. */
function isIdentifier(text: Text): boolean {
  return /^[$A-Za-z_][$\w]*(?:(?:[?!]\.|[.?:-]{1,2})[$A-Za-z_][$\w]*)*$/.test(stringOf(text));
}

/** A member of a member, a file: random only in parts. */
function isPath(text: Text): boolean {
  const string = stringOf(text);
  return (
    /^(?:this|self|process|import|window|global|module|exports|req|res|ctx|config|env|os|data)[.]/.test(
      string,
    ) || /^[./~]|\?\./.test(string)
  );
}

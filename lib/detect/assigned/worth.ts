import { CLOSE, DIGIT, kindsOf, LETTER, LINK, LOWER, OTHER, SLASH, UPPER } from './kinds.ts';
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

export function isWorth(text: string, worth: Worth, certainty: Certainty = 'literal'): boolean {
  if (worth === 'given') return !isBlank(text);
  if (text.length < (worth === 'chosen' ? SHORTEST_PASSWORD : SHORTEST_TOKEN)) return false;
  const kinds = kindsOf(text);
  if (isCode(text, kinds)) return false;
  if (worth === 'random' && (!TOKEN.test(text) || NUMBERS.test(text))) return false;
  const scattered = text.length >= SHORTEST_SCATTERED && isRandom(text, kinds);
  if (worth === 'random')
    return scattered && !saysSo(text, kinds) && (certainty === 'literal' || !isPath(text));
  if (!scattered && !(certainty !== 'code' && isMixed(text, kinds))) return false;
  if (!scattered && certainty === 'line' && isIdentifier(text)) return false;
  return !isStandIn(text, kinds) && !(certainty !== 'literal' && isPath(text));
}

function isCode(text: string, kinds: number): boolean {
  return ((kinds & CLOSE) !== 0 || '+,;'.includes(text[0] ?? '')) && CODE.test(text);
}

/** What stands between two texts where a quote that ends one was taken for one that begins one. */
const CODE = /^[+,);].*[+,(;=]$|\);/;
const TOKEN = /^[\w+/=.:~@#$%^&*!?-]+$/;
const NUMBERS = /^[\d.,:-]+$/;

/** Letters, and something that is none: few passwords that protect something have less. */
function isMixed(text: string, kinds: number): boolean {
  return (
    (kinds & LETTER) !== 0 &&
    (kinds & (DIGIT | OTHER)) !== 0 &&
    !((kinds & LINK) !== 0 && SLUG.test(text)) &&
    distinct(text) >= 5 &&
    !((kinds & SLASH) !== 0 && /^[.~]{0,2}\/|:\/\/|\/.*\//.test(text))
  );
}

/** Words joined to the name of something: `secret-2-levels`, `users.*.apiKey`, `data[0].secret`. */
const SLUG = /^[a-z]+\d*(?:[-_./*[\]]+[A-Za-z0-9]*)+$/;

function isRandom(text: string, kinds: number): boolean {
  if ((kinds & DIGIT) === 0 && (kinds & LETTER) !== (LOWER | UPPER)) return false;
  return isScattered(piecesOf(text)) && distinct(text) >= 8 && !text.includes('://');
}

function distinct(text: string): number {
  let low = 0;
  let middle = 0;
  let high = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const bit = 1 << (code & 31);
    if (code >= 0x60) high |= bit;
    else if (code >= 0x40) middle |= bit;
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
function isIdentifier(text: string): boolean {
  return /^[$A-Za-z_][$\w]*(?:[.?!:-]{1,2}[$A-Za-z_][$\w]*)*$/.test(text);
}

/** A member of a member, a file: random only in parts. */
function isPath(text: string): boolean {
  return (
    /^(?:this|self|process|import|window|global|module|exports|req|res|ctx|config|env|os|data)[.]/.test(
      text,
    ) || /^[./~]|\?\./.test(text)
  );
}

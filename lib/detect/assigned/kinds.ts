/** Which kinds of characters a text holds, as bits: they answer most of what is asked about it. */

export const LOWER = 1;
export const UPPER = 2;
export const DIGIT = 4;
/** `.`, `-`, `_`: with letters and digits, what names are made of. */
export const JOINT = 8;
export const SLASH = 16;
/** What words are joined with: `-`, `_`, `.`, `/`, `*`, and square brackets. */
export const LINK = 32;
/** `$`, `{`, `<`, `%`: no template has none of these, but for those that its first character shows. */
export const TEMPLATE_SIGN = 64;
export const CLOSE = 128;
/** None of the above but a link, a sign of templates, or the bracket. */
export const OTHER = 256;

export const LETTER = LOWER | UPPER;

/** A text where it stands, a character a byte: a string of each would cost more than all questions. */
export interface Text {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** A text of its own. */
export function textOf(string: string): Text {
  const bytes = Buffer.from(string, 'latin1');
  return { bytes, start: 0, end: bytes.length };
}

/** The same for expressions, which few texts are asked. */
export function stringOf({ bytes, start, end }: Text): string {
  return bytes.toString('latin1', start, end);
}

const KINDS = new Uint16Array(256).fill(OTHER);
for (let code = 0x61; code <= 0x7a; code++) KINDS[code] = LOWER;
for (let code = 0x41; code <= 0x5a; code++) KINDS[code] = UPPER;
for (let code = 0x30; code <= 0x39; code++) KINDS[code] = DIGIT;
for (const char of '.-_') KINDS[char.charCodeAt(0)] = JOINT | LINK;
KINDS[0x2f] = SLASH | LINK;
for (const char of '*[]') KINDS[char.charCodeAt(0)] = OTHER | LINK;
for (const char of '${<%') KINDS[char.charCodeAt(0)] = OTHER | TEMPLATE_SIGN;
KINDS[0x29] = OTHER | CLOSE;

/** The kind of one character. */
export function kindOf(byte: number): number {
  return KINDS[byte] as number;
}

/** The kinds of all characters. */
export function kindsOf({ bytes, start, end }: Text): number {
  let kinds = 0;
  for (let at = start; at < end; at++) kinds |= KINDS[bytes[at] as number] as number;
  return kinds;
}

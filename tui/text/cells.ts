/** How text becomes cells of a terminal. */

/** Wide in every terminal: CJK and its punctuation, Hangul, full-width forms. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/;
const PRINTABLE_ASCII = /^[\u0020-\u007e]*$/;

/**
 * Whatever could move a cursor, paint, turn the direction of text, or take a number of cells that
 * terminals do not agree on (marks, emoji, private use).
 */
const UNFIT = /[\p{C}\p{M}\p{Zl}\p{Zp}\u{10000}-\u{10ffff}]/gu;

/** Makes text from outside fit for a terminal. */
export function sanitise(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text;
  return text.normalize('NFC').replace(UNFIT, '\u00b7');
}

/** The same for every string of a parsed answer, member names included. */
export function sanitiseDeep<Value>(value: Value): Value {
  return deep(value) as Value;
}

function deep(value: unknown): unknown {
  if (typeof value === 'string') return sanitise(value);
  if (Array.isArray(value)) return value.map(deep);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [sanitise(key), deep(part)]),
  );
}

/** Cells that a sanitised character takes. */
export function charWidth(char: string): 1 | 2 {
  // What frames and courses are drawn with lies between.
  const narrow = char < '\u1100' || (char > '\u115f' && char < '\u2e80');
  return !narrow && WIDE.test(char) ? 2 : 1;
}

/** Cells that a sanitised text takes. */
export function textWidth(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length;
  let width = 0;
  for (const char of text) width += charWidth(char);
  return width;
}

/** Cuts a text so that it takes at most `width` cells; what is cut ends in `mark`. */
export function clip(text: string, width: number, mark = '\u2026'): string {
  if (textWidth(text) <= width) return text;
  if (width <= 0) return '';
  let taken = '';
  let room = width - 1;
  for (const char of text) {
    room -= charWidth(char);
    if (room < 0) break;
    taken += char;
  }
  return taken + mark;
}

/** Cuts or fills a text so that it takes exactly `width` cells. */
export function fit(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const cut = clip(text, width);
  const fill = ' '.repeat(Math.max(0, width - textWidth(cut)));
  return align === 'left' ? cut + fill : fill + cut;
}

/** Breaks a text at spaces into lines of at most `width` cells; words that are longer are cut up. */
export function wrap(text: string, width: number): readonly string[] {
  if (width < 1) return [];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    let rest = word;
    const joined = line === '' ? rest : `${line} ${rest}`;
    if (textWidth(joined) <= width) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    while (textWidth(rest) > width) {
      const head = clip(rest, width, '') || rest.charAt(0);
      lines.push(head);
      rest = rest.slice(head.length);
    }
    line = rest;
  }
  if (line !== '' || lines.length === 0) lines.push(line);
  return lines;
}

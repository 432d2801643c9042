import { type Paint, width } from './style.ts';

/** The terminal every one of our pages fits; in a narrower one nothing is framed. */
export const COLUMNS = 80;
const INNER = COLUMNS - 4;

/** A titled box; lines that are too long go on in the next row. */
export function box(title: string, lines: readonly string[], paint: Paint): string {
  const rest = '─'.repeat(Math.max(0, INNER - width(title) - 1));
  const head = `${paint('dim', '╭─')} ${paint('bold', title)} ${paint('dim', `${rest}╮`)}`;
  const rows = lines
    .flatMap((line) => wrap(line, INNER))
    .map((line) => {
      const space = ' '.repeat(Math.max(0, INNER - width(line)));
      return `${paint('dim', '│')} ${line}${space} ${paint('dim', '│')}`;
    });
  return [head, ...rows, paint('dim', `╰${'─'.repeat(COLUMNS - 2)}╯`)].join('\n');
}

/**
 * Breaks before the word that does not fit, or inside a word that fits in no row. A colour that
 * spans words must be closed and opened by the painter, word by word.
 */
export function wrap(line: string, columns: number): readonly string[] {
  if (width(line) <= columns) return [line];
  const rows: string[] = [];
  let row = '';
  for (const word of line.split(/(?<= )/)) {
    if (width(row) + width(word.trimEnd()) > columns && row !== '') {
      rows.push(row.trimEnd());
      row = '  ';
    }
    row += word;
    while (width(row) > columns && row === stripped(row)) {
      rows.push(row.slice(0, columns));
      row = `  ${row.slice(columns)}`;
    }
  }
  return [...rows, row.trimEnd()];
}

function stripped(text: string): string {
  return text.includes('\u001b') ? '' : text;
}

import type { Cursor } from './cursor.ts';

/** What was read of a placeholder's `<` or `>`. */
export interface Bracket {
  readonly form: 'plain' | 'json' | 'html' | 'percent';
  /** First byte of the bracket itself. */
  readonly start: number;
  /** Layers of JSON escaping that it shows. */
  readonly layers: number;
  /** Backslashes before it. */
  readonly backslashes: number;
}

/** Longest run of backslashes with which one escape begins: three layers of JSON over it. */
const MAX_RUN = 8;

type Spellings = Readonly<Record<string, Bracket['form']>>;

const BARE: Readonly<Record<'open' | 'close', Spellings>> = {
  open: { '<': 'plain', '&lt;': 'html', '&#60;': 'html', '&#x3c;': 'html', '%3c': 'percent' },
  close: { '>': 'plain', '&gt;': 'html', '&#62;': 'html', '&#x3e;': 'html', '%3e': 'percent' },
};

/** After a backslash. `\u0026lt;` is `&lt;` as Go's JSON encoder writes it. */
const ESCAPED: typeof BARE = {
  open: { u003c: 'json', 'u0026lt;': 'html', 'u0026#60;': 'html', 'u0026#x3c;': 'html' },
  close: { u003e: 'json', 'u0026gt;': 'html', 'u0026#62;': 'html', 'u0026#x3e;': 'html' },
};

const BARE_WORDS = { open: Object.keys(BARE.open), close: Object.keys(BARE.close) };
const ESCAPED_WORDS = { open: Object.keys(ESCAPED.open), close: Object.keys(ESCAPED.close) };

const U = 0x75;

/** Reads a `<` or a `>` in any spelling, and the backslashes before it. */
export function readBracket(cursor: Cursor, side: 'open' | 'close'): Bracket | undefined {
  const run = cursor.backslashes();
  const escaped = run > 0 && cursor.next === U;
  const used = escaped ? escapingRun(run) : 0;
  const start = cursor.at - used;
  const word = cursor.oneOf((escaped ? ESCAPED_WORDS : BARE_WORDS)[side]);
  const form = word === undefined ? undefined : (escaped ? ESCAPED : BARE)[side][word];
  if (form === undefined) return undefined;
  return { form, start, layers: escaped ? Math.log2(used) + 1 : 0, backslashes: run - used };
}

/**
 * How many of a run of backslashes belong to the escape that follows: the lowest set bit. Of
 * `\\\u003c` the first two stand for a backslash of the text (a Windows path) and only the third
 * begins the escape.
 */
export function escapingRun(run: number): number {
  return Math.min(run & -run, MAX_RUN);
}

/**
 * How many backslashes of a run may belong to the bracket after it: those of its JSON escape and
 * those that escape what that stands for. At the end of the bytes that is not known yet, but only
 * the run's length modulo {@link MAX_RUN} matters then.
 */
export function concernedRun(run: number, atEnd: boolean): number {
  if (atEnd) return run < 2 * MAX_RUN ? run : 2 * MAX_RUN + (run % MAX_RUN);
  const used = escapingRun(run);
  return used + escapingRun(run - used);
}

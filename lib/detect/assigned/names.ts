import {
  anyCase,
  type ByteClass,
  byteClass,
  byteRange,
  classOf,
  singleByte,
  WORD,
} from '../byte-class.ts';

/** A word of the names under which people keep secrets, as the kernel looks for it. */
export interface Name {
  readonly positions: readonly ByteClass[];
  /** Where in them the word begins, and how long it is. */
  readonly from: number;
  readonly length: number;
}

const JOINT = classOf('_-.');
const UNDERSCORE = 0x5f;
const DASHES = classOf('-');
const SPACES = classOf(' ');
/** What goes on with the name, or assigns: most words of prose end in something else. */
const AFTER = classOf('\t\n\r"\'`=:<>([]*\\?!|_-\u001b0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ');
/** The last one begins the lines that tables are drawn with. */
const AFTER_SPACE = classOf('\t "\'`=:\\?!|+-\u001b\u00e2');
const VISIBLE = byteClass(byteRange(0x21, 0x7e));

/** The spellings of a word of the pattern file: in any case, and `_` may be `-` or `.`. */
export function namesOf(word: string): Name[] {
  const spelled = [...Buffer.from(word)].map((byte) =>
    byte === UNDERSCORE ? JOINT : anyCase(singleByte(byte)),
  );
  const capitals = [...Buffer.from(word.toUpperCase())].map(singleByte);
  const { length } = spelled;
  return [
    { positions: [...spelled, AFTER], from: 0, length },
    { positions: [...spelled, SPACES, AFTER_SPACE], from: 0, length },
    { positions: [DASHES, ...spelled, SPACES], from: 1, length },
    // `ENV DB_PASSWORD value`: few words of prose are in capitals.
    { positions: [...capitals, SPACES, VISIBLE], from: 0, length },
  ];
}

/** What may follow such a word in a longer name: anything else makes it the name of something else. */
const SUFFIX =
  /^(?:[_.-]?(?:key|base|value|val|prod|production|dev|development|stag|staging|stage|test|testing|live|sandbox|old|new|main|primary|secondary|default|root|admin|user|db|access|secret|token|password|passwd|pass|api|app|auth|v?\d{1,4}))*[_.-]?$/i;

/** The longest rest of a name that is looked at. */
const LONGEST_SUFFIX = 32;

/** Where a name ends whose known word ends here; `undefined` where it names no secret. */
export function nameEnd(bytes: Buffer, wordEnd: number): number | undefined {
  let end = wordEnd;
  while (isOfName(bytes[end])) {
    if (++end - wordEnd > LONGEST_SUFFIX) return undefined;
  }
  if (end === wordEnd) return end;
  return SUFFIX.test(bytes.toString('latin1', wordEnd, end)) ? end : undefined;
}

/** Names of what stands for a place in a list, or for one request, not for a right. */
const CURSOR =
  /(?:page|next|continuation|previous|prev|sync|cancel|cancellation|request|change|action|idempotency)[_.-]?$/i;

/** What is written before a name decides how it may be assigned, and whether it is one. */
export interface NameHead {
  readonly start: number;
  /** `--password`: a space is enough before the value. */
  readonly isOption: boolean;
  /** `DB_PASSWORD`, as environment variables are written. */
  readonly isUpperCase: boolean;
}

/** Longest part of a name before the known word that is looked at. */
const LONGEST_HEAD = 40;

/** Looks at what stands before a known word; `undefined` where it names no secret. */
export function nameHead(bytes: Buffer, word: number, end: number): NameHead | undefined {
  let start = word;
  while (word - start < LONGEST_HEAD && isOfName(bytes[start - 1])) start--;
  if (start < word && CURSOR.test(bytes.toString('latin1', start, word))) return undefined;
  // The letter of `\n` before it is no part of it.
  if (start < word && bytes[start - 1] === BACKSLASH) start++;
  // A part of `arn:aws:secretsmanager:…:secret:name`.
  const isPart = bytes[start - 1] === COLON && bytes[end] === COLON;
  if (isPart) return undefined;
  let isUpperCase = true;
  for (let at = start; at < end && isUpperCase; at++)
    isUpperCase = !isLowerCase(bytes[at] as number);
  return { start, isOption: bytes[start] === DASH && bytes[start + 1] === DASH, isUpperCase };
}

const DASH = 0x2d;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

function isLowerCase(byte: number): boolean {
  return byte >= 0x61 && byte <= 0x7a;
}

function isOfName(byte: number | undefined): boolean {
  return byte !== undefined && (WORD.has[byte] === 1 || byte === DASH || byte === 0x2e);
}

import { type Anchor, MAX_POSITIONS, WINDOW } from '../anchor.ts';
import { ANY, type ByteClass, byteClass } from '../byte-class.ts';
import { type Form, fixedPositions } from '../forms.ts';
import { PEM_ANCHORS } from '../pem/find.ts';

export type Encoding = 'base64' | 'hex';

/** What the beginning of a secret looks like in one encoding, at one place of its grid. */
export interface EncodedAnchor {
  readonly encoding: Encoding;
  /** Its offset is the window's from the group of characters in which the secret begins. */
  readonly anchor: Anchor;
  /** Bytes of that group that stand before the secret. */
  readonly lead: number;
  /** What begins so. */
  readonly begins: readonly Beginning[];
}

/** The first bytes of a secret, and its form; none: a marker of a private key. */
export interface Beginning {
  readonly prefix: readonly ByteClass[];
  readonly form: Form | undefined;
}

/** Characters of a group, and the bytes they stand for. */
export const GROUP_CHARS: Readonly<Record<Encoding, number>> = { base64: 4, hex: 2 };
export const GROUP_BYTES: Readonly<Record<Encoding, number>> = { base64: 3, hex: 1 };

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** Both alphabets of RFC 4648: the last two characters differ. */
const DIGITS: readonly (readonly number[])[] = [
  ...[...ALPHABET].map((char) => [char.charCodeAt(0)]),
  [...Buffer.from('+-')],
  [...Buffer.from('/_')],
];
const PREFIX = 14;
/** Where windows may begin: a run of 31 shows its length to all of these. */
const LAST_WINDOW = 12;
/** More spellings of one window, or of a position beside it, tell too little. */
const MAX_SPELLINGS = 128;
const MAX_BESIDE = 4;
/** In how many ways the first four characters of a telling prefix may be written. */
const MOST_WAYS_TO_TELL = 36;

/** The anchors of every form with a telling prefix, and of the markers of keys, in every encoding. */
export function encodedAnchors(forms: readonly Form[], keys: boolean): EncodedAnchor[] {
  const found = new Map<string, { anchor: EncodedAnchor; begins: Beginning[] }>();
  const add = (fixed: readonly ByteClass[], form: Form | undefined): void => {
    const prefix = fixed.slice(0, PREFIX);
    for (const anchor of anchorsOf(prefix)) {
      const key = keyOf(anchor);
      const known = found.get(key) ?? { anchor, begins: [] };
      known.begins.push({ prefix, form });
      found.set(key, known);
    }
  };
  for (const form of forms) {
    if (form.lead !== undefined || form.contextual) continue;
    const fixed = fixedPositions(form.segments);
    if (form.strong || isTelling(fixed)) add(fixed, form);
  }
  if (keys) for (const text of PEM_ANCHORS) add(classesOf(text), undefined);
  return [...found.values()].map(({ anchor, begins }) => ({ ...anchor, begins }));
}

/** Whether a prefix says enough although its type needs a boundary before it: `AKIA`, `sk_live_`. */
function isTelling(fixed: readonly ByteClass[]): boolean {
  const ways = fixed.slice(0, WINDOW).reduce((all, set) => all * set.members.length, 1);
  return fixed.length >= WINDOW && ways <= MOST_WAYS_TO_TELL;
}

function keyOf({ encoding, anchor, lead }: EncodedAnchor): string {
  const classes = anchor.positions.map(({ id }) => id);
  return [encoding, lead, anchor.offset, anchor.window, ...classes].join();
}

function classesOf(text: string): ByteClass[] {
  return [...Buffer.from(text)].map((byte) => byteClass([byte]));
}

/** None where the windows of some alignment tell too little. */
function anchorsOf(prefix: readonly ByteClass[]): EncodedAnchor[] {
  const anchors = [
    ...[0, 1, 2].map((lead) => anchorIn('base64', base64Classes(prefix, lead), lead)),
    anchorIn('hex', prefix.flatMap(hexClasses), 0),
  ];
  const found = anchors.filter((anchor) => anchor !== undefined);
  return found.length === anchors.length ? found : [];
}

function anchorIn(
  encoding: Encoding,
  chars: readonly ByteClass[],
  lead: number,
): EncodedAnchor | undefined {
  let best = -1;
  let fewest = MAX_SPELLINGS + 1;
  for (let at = 0; at <= LAST_WINDOW && at + WINDOW <= chars.length; at++) {
    const ways = chars.slice(at, at + WINDOW).reduce((all, set) => all * set.members.length, 1);
    if (ways >= fewest) continue;
    fewest = ways;
    best = at;
  }
  if (best < 0) return undefined;
  const helps = (at: number): boolean => (chars[at]?.members.length ?? 99) <= MAX_BESIDE;
  let from = best;
  let to = best + WINDOW;
  while (to - from < MAX_POSITIONS && helps(to)) to++;
  while (to - from < MAX_POSITIONS && from > 0 && helps(from - 1)) from--;
  return {
    encoding,
    anchor: { positions: chars.slice(from, to), window: best - from, offset: best, inRun: true },
    lead,
    begins: [],
  };
}

/** The characters in which bytes of these classes are written, behind `lead` unknown bytes. */
function base64Classes(prefix: readonly ByteClass[], lead: number): ByteClass[] {
  const bytes = [...Array.from({ length: lead }, () => ANY), ...prefix];
  const count = Math.floor((bytes.length * 8) / 6);
  return Array.from({ length: count }, (_, i) => {
    const at = Math.floor((6 * i) / 8);
    return base64Class(bytes[at] as ByteClass, bytes[at + 1] ?? ANY, (6 * i) % 8);
  });
}

/** Prefixes have the same classes again and again, and there are hundreds. */
const known = new Map<string, ByteClass>();

function once(key: string, make: () => ByteClass): ByteClass {
  const made = known.get(key) ?? make();
  known.set(key, made);
  return made;
}

/** The class of the character whose bits begin at `bit` of the first byte. */
function base64Class(first: ByteClass, second: ByteClass, bit: number): ByteClass {
  // A character takes its last bits from the second byte.
  const lasting = bit > 2 ? second.id : -1;
  return once(`${first.id} ${lasting} ${bit}`, () => {
    const shift = 10 - bit;
    const highs = new Set(first.members.map((byte) => ((byte << 8) >> shift) & 63));
    const lows = new Set(bit > 2 ? second.members.map((byte) => byte >> shift) : [0]);
    const values = new Set([...highs].flatMap((high) => [...lows].map((low) => high | low)));
    return byteClass([...values].flatMap((value) => DIGITS[value] as readonly number[]));
  });
}

function hexClasses(set: ByteClass): ByteClass[] {
  return [4, 0].map((shift) =>
    once(`${set.id} hex ${shift}`, () =>
      byteClass(set.members.flatMap((byte) => hexDigit((byte >> shift) & 15))),
    ),
  );
}

function hexDigit(value: number): number[] {
  if (value < 10) return [0x30 + value];
  return [0x57 + value, 0x37 + value];
}

/** What each character stands for; 255 for those that are none of the encoding's. */
const VALUES: Readonly<Record<Encoding, Uint8Array>> = {
  base64: valuesOf(DIGITS),
  hex: valuesOf(Array.from({ length: 16 }, (_, value) => hexDigit(value))),
};

function valuesOf(digits: readonly (readonly number[])[]): Uint8Array {
  const values = new Uint8Array(256).fill(255);
  digits.forEach((chars, value) => {
    for (const char of chars) values[char] = value;
  });
  return values;
}

/**
 * Decodes a run of an encoding's characters; what is left over at its end stands for nothing.
 *
 * @param lacking - characters before it that its first group lacks: they count as zeros
 */
export function decodeRun(
  bytes: Uint8Array,
  encoding: Encoding,
  start: number,
  end: number,
  lacking: number,
): Buffer {
  const values = VALUES[encoding];
  const bits = encoding === 'hex' ? 4 : 6;
  const decoded = Buffer.allocUnsafe(((lacking + end - start) * bits) >> 3);
  let word = 0;
  let held = 0;
  let to = 0;
  for (let at = start - lacking; at < end; at++) {
    word = (word << bits) | (at < start ? 0 : (values[bytes[at] as number] as number));
    held += bits;
    if (held < 8) continue;
    held -= 8;
    decoded[to++] = word >> held;
  }
  return decoded;
}

/** The byte that the characters from `first` on stand for, `index` bytes further. */
export function byteAt(
  bytes: Uint8Array,
  encoding: Encoding,
  first: number,
  index: number,
): number | undefined {
  const values = VALUES[encoding];
  const bits = encoding === 'hex' ? 4 : 6;
  const bit = (8 * index) % bits;
  const at = first + Math.floor((8 * index) / bits);
  const high = values[bytes[at] as number] ?? 255;
  const low = values[bytes[at + 1] as number] ?? 255;
  return high === 255 || low === 255
    ? undefined
    : (((high << bits) | low) >> (2 * bits - 8 - bit)) & 255;
}

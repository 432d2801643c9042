import { hexPair } from '../json/hex.ts';
import type { ByteClass } from './byte-class.ts';
import { parseShape } from './shape.ts';
import type { Mark } from './types.ts';

/** What else the kernel looks for: places at which the redactor must look itself. */
export interface MarkRule {
  readonly kind: Mark['kind'];
  /** In the notation of `shape.ts`, of fixed length. */
  readonly shape: string;
  /** How many backslashes must stand before it; any number there belongs to the mark. */
  readonly backslashes: 0 | 1;
}

export const MARK_RULES: readonly MarkRule[] = [
  { kind: 'placeholder', shape: '<pl:[A-Z0-9_\\\\]', backslashes: 0 },
  { kind: 'placeholder', shape: '<pl-e', backslashes: 0 },
  { kind: 'placeholder', shape: 'u003[cC]pl', backslashes: 1 },
  // The end of whatever entity stands for `<`: `&lt;`, `&LT;`, `&#60;`, `&#x3c;`, `\\u0026lt;`.
  { kind: 'placeholder', shape: ';pl[:-]', backslashes: 0 },
  { kind: 'placeholder', shape: '%3[cC]pl', backslashes: 0 },
  { kind: 'base64', shape: ';base64,', backslashes: 0 },
  { kind: 'base64', shape: '"base64"', backslashes: 0 },
  { kind: 'file', shape: '"file_data"', backslashes: 0 },
  { kind: 'file', shape: '"input_audio"', backslashes: 0 },
  { kind: 'file', shape: '"image_generation_call"', backslashes: 0 },
  { kind: 'colour', shape: 'u001[bB][\\[(]', backslashes: 1 },
  { kind: 'colour', shape: 'x1[bB][\\[(]', backslashes: 1 },
  { kind: 'colour', shape: '033[\\[(]', backslashes: 1 },
];

const BACKSLASH = 0x5c;

/** The mark whose shape stands at an offset, if it is one. */
export function markAt(rule: MarkRule, bytes: Uint8Array, at: number): Mark | undefined {
  if (rule.kind === 'base64' || rule.kind === 'file') return { offset: at, kind: rule.kind };
  const before = backslashesBefore(bytes, at);
  return before < rule.backslashes ? undefined : { offset: at - before, kind: rule.kind };
}

/** An escape that stands for an ASCII character, and could hide part of a secret. */
export const HAZARD_SHAPE = '\\\\u00[2-7][0-9a-fA-F]';

/** An escape by code, of any character. */
export const ESCAPE_SHAPE = '\\\\u[0-9a-fA-F]{4}';

/** The codes from here on are characters; below, controls that all encoders write alike. */
const FIRST_CHARACTER = 0x20;

/** Whether the escape at an offset stands for a character. */
export function isCharacterAt(bytes: Uint8Array, at: number): boolean {
  const isAscii = bytes[at + 2] === ZERO && bytes[at + 3] === ZERO;
  return !isAscii || hexPair(bytes, at + 4) >= FIRST_CHARACTER;
}

const ZERO = 0x30;

/** The slashes of a URL as PHP escapes them, in JSON in a string: one layer below, `\\/` hides. */
export const SLASHES_BELOW_SHAPE = ':\\\\\\\\/';

/** Escaped with reason or habit, and part of no secret. */
const HARMLESS = new Set(Buffer.from(" <>&'", 'latin1'));

/** Below one more layer, quotes and backslashes are escaped as `\\\\u0022` too. */
const HARMLESS_BELOW = new Set([...HARMLESS, ...Buffer.from('"\\', 'latin1')]);

/**
 * What the escape at an offset may hide part of a secret from: a scan of the bytes as they are
 * (`here`), or one of the text that they stand for (`below`, as in the arguments of a call).
 */
export function hidesAt(bytes: Uint8Array, at: number): 'here' | 'below' | undefined {
  const code = hexPair(bytes, at + 4);
  if (code === 0x7f) return undefined;
  if (backslashesBefore(bytes, at) % 2 === 0) return HARMLESS.has(code) ? undefined : 'here';
  return HARMLESS_BELOW.has(code) ? undefined : 'below';
}

function backslashesBefore(bytes: Uint8Array, at: number): number {
  let from = at;
  while (from > 0 && bytes[from - 1] === BACKSLASH) from--;
  return at - from;
}

/** The classes of a shape of fixed length. */
export function positionsOf(shape: string): ByteClass[] {
  return (parseShape(shape)[0] ?? []).flatMap(({ class: set, min }) =>
    new Array<ByteClass>(min).fill(set),
  );
}

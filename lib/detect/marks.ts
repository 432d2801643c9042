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
  { kind: 'placeholder', shape: '<pl[:-]', backslashes: 0 },
  { kind: 'placeholder', shape: 'u003[cC]pl', backslashes: 1 },
  // The end of whatever entity stands for `<`: `&lt;`, `&LT;`, `&#60;`, `&#x3c;`, `\\u0026lt;`.
  { kind: 'placeholder', shape: ';pl[:-]', backslashes: 0 },
  { kind: 'placeholder', shape: '%3[cC]pl', backslashes: 0 },
  { kind: 'base64', shape: ';base64,', backslashes: 0 },
  { kind: 'base64', shape: '"base64"', backslashes: 0 },
];

const BACKSLASH = 0x5c;

/** The mark whose shape stands at an offset, if it is one. */
export function markAt(rule: MarkRule, bytes: Uint8Array, at: number): Mark | undefined {
  if (rule.kind === 'base64') return { offset: at, kind: rule.kind };
  const before = backslashesBefore(bytes, at);
  return before < rule.backslashes ? undefined : { offset: at - before, kind: rule.kind };
}

/** An escape that stands for an ASCII character, and could hide part of a secret. */
export const HAZARD_SHAPE = '\\\\u00[2-7][0-9a-fA-F]';

/** Characters that encoders escape although they need not be, and that stand in no token. */
const HARMLESS = new Set(Buffer.from(" <>&'", 'latin1'));

/** Whether the escape at an offset decodes, in the text around it, to what may be part of a token. */
export function isHazard(bytes: Uint8Array, at: number): boolean {
  if (backslashesBefore(bytes, at) % 2 === 1) return false;
  const code = Number.parseInt(String.fromCharCode(...bytes.subarray(at + 4, at + 6)), 16);
  return code < 0x7f && !HARMLESS.has(code);
}

function backslashesBefore(bytes: Uint8Array, at: number): number {
  let from = at;
  while (from > 0 && bytes[from - 1] === BACKSLASH) from--;
  return at - from;
}

/** The classes of a shape of fixed length. */
export function positionsOf(shape: string): ByteClass[] {
  return (parseShape(shape)[0] ?? []).map((segment) => segment.class);
}

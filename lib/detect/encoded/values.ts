import type { Match } from '../match.ts';
import { byteAt, type Encoding, GROUP_BYTES } from './encoding.ts';

/** How a value is written in an encoding, wherever it begins in what is encoded with it. */
export interface EncodedForm {
  /** The characters that hold nothing but the value. */
  readonly bytes: Buffer;
  readonly encoding: Encoding;
  /** Bytes before the value in the group of characters in which it begins. */
  readonly lead: number;
  /** Characters of that group before {@link bytes}. */
  readonly skipped: number;
}

/** What of a long value is looked for. */
const ENOUGH = 16_384;

/** All forms of a value; no two alike. */
export function encodedForms(value: Uint8Array): EncodedForm[] {
  const head = Buffer.from(value.subarray(0, ENOUGH));
  const forms = [0, 1, 2].flatMap((lead) => base64Forms(head, lead));
  const hex = head.toString('hex');
  for (const text of new Set([hex, hex.toUpperCase()])) {
    forms.push({ bytes: Buffer.from(text, 'latin1'), encoding: 'hex', lead: 0, skipped: 0 });
  }
  return forms;
}

function base64Forms(value: Buffer, lead: number): EncodedForm[] {
  const bytes = Buffer.concat([Buffer.alloc(lead), value]);
  const skipped = Math.ceil((lead * 8) / 6);
  const end = Math.floor((bytes.length * 8) / 6);
  const texts = [bytes.toString('base64'), bytes.toString('base64url')];
  return [...new Set(texts.map((text) => text.slice(skipped, end)))].map((text) => ({
    bytes: Buffer.from(text, 'latin1'),
    encoding: 'base64',
    lead,
    skipped,
  }));
}

/**
 * Whether the characters around a form's are the value's too: those at its edges stand for parts
 * of bytes only. What is cut off there counts.
 *
 * @param at - where the form stands
 * @returns the characters of the value, or undefined
 */
export function confirm(
  text: Uint8Array,
  at: number,
  { bytes, encoding, lead, skipped }: EncodedForm,
  value: Uint8Array,
): Match | undefined {
  const first = at - skipped;
  const last = Math.min(value.length, ENOUGH) - 1;
  const isRight = (index: number): boolean => {
    const byte = byteAt(text, encoding, first, lead + index);
    return byte === undefined || byte === value[index];
  };
  if (!isRight(0) || !isRight(last)) return undefined;
  const start = Math.max(0, skipped > 0 ? at - 1 : at);
  const cut = (lead + last + 1) % GROUP_BYTES[encoding] === 0 ? 0 : 1;
  return { start, end: Math.min(text.length, at + bytes.length + cut) };
}

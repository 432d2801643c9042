import type { Fingerprint, Placeholder } from './types.ts';

/** Longest TYPE. */
export const MAX_TYPE_LENGTH = 32;

/** Hex digits of H. */
export const FINGERPRINT_LENGTH = 16;

/** What a literal gets once more on its way out and loses once on its way in. */
export const ESCAPE = '-esc';

/**
 * The most escapes a placeholder may carry: with so many, the longest TYPE under the deepest JSON
 * escaping still fits {@link MAX_BRACKETED_LENGTH}.
 */
export const MAX_ESCAPES = 10;

/** Longest spelling of a placeholder in bytes, and so the most that a stream holds back. */
export const MAX_FORM_LENGTH = 128;

/** The same without the up to eight backslashes before it. */
export const MAX_BRACKETED_LENGTH = MAX_FORM_LENGTH - 8;

const TYPE = /^[A-Z0-9_]{1,32}$/;
const FINGERPRINT = /^[0-9a-f]{16}$/;

/**
 * Writes `<pl:TYPE:H>`.
 *
 * @throws RangeError where the parts are not of the grammar, since nothing would restore the result
 */
export function formatPlaceholder(type: string, fingerprint: Fingerprint): Placeholder {
  if (!TYPE.test(type)) throw new RangeError(`not a placeholder type: ${type}`);
  if (!FINGERPRINT.test(fingerprint)) throw new RangeError('not a fingerprint');
  return `<pl:${type}:${fingerprint}>` as Placeholder;
}

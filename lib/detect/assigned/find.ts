import type { Match, MatchText } from '../match.ts';
import { certaintyOf } from './certainty.ts';
import { nameEnd as endOfName, nameHead } from './names.ts';
import { quoteAt } from './quote.ts';
import { separatorAt } from './separator.ts';
import { skipSpaces } from './spaces.ts';
import { type Value, valueAt } from './value.ts';
import { type Certainty, isWorth, type Worth } from './worth.ts';

const NONE: readonly Match[] = [];

/**
 * Finds a secret that no form of its own identifies by the name it is assigned to: `password=…`,
 * `"apiKey": "…"`, `--token …`, in code, JSON, YAML, shell, at any depth of escaping. The value
 * alone is the match. Each place costs a bounded number of steps.
 *
 * @param word - where a known word of the name begins
 * @param length - of that word
 */
export function findAssigned(
  text: MatchText,
  word: number,
  length: number,
  worth: Worth,
): readonly Match[] {
  const { bytes, runEnd } = text;
  const nameEnd = endOfName(bytes, word + length);
  if (nameEnd === undefined) return NONE;
  const separator = separatorAt(bytes, nameEnd);
  if (separator === undefined) return NONE;
  const value = valueAt(bytes, separator.end, runEnd, separator.kind === 'tight');
  if (value === undefined) return NONE;
  const head = nameHead(bytes, word, nameEnd);
  if (head === undefined) return NONE;
  const certainty = certaintyOf(bytes, { head, nameEnd, separator, value });
  if (certainty === undefined) return NONE;
  const found = isSecret(bytes, value, worth, certainty) ? [value] : NONE;
  const changed = value.quoted ? changedValue(text, value.end) : undefined;
  if (changed === undefined || !isSecret(bytes, changed, worth, certainty)) return found;
  return [...found, changed];
}

function isSecret(bytes: Buffer, value: Value, worth: Worth, certainty: Certainty): boolean {
  return isWorth(value.text ?? { bytes, start: value.start, end: value.end }, worth, certainty);
}

const DASH = 0x2d;
const GREATER = 0x3e;

/** The new value in a plan of Terraform: `password = "…" -> "…"`. */
function changedValue({ bytes, runEnd }: MatchText, end: number): Value | undefined {
  const quote = quoteAt(bytes, end);
  if (quote === undefined) return undefined;
  const arrow = skipSpaces(bytes, quote.end);
  if (bytes[arrow] !== DASH || bytes[arrow + 1] !== GREATER) return undefined;
  const value = valueAt(bytes, skipSpaces(bytes, arrow + 2), runEnd, false);
  return value?.quoted ? value : undefined;
}

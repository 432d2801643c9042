import type { Match, MatchText } from '../match.ts';
import { nameEnd, nameHead } from './names.ts';
import { separatorAt } from './separator.ts';
import { valueAt } from './value.ts';
import { isWorth, type Worth } from './worth.ts';

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
): Match | undefined {
  const { bytes, runEnd } = text;
  const end = nameEnd(bytes, word + length);
  if (end === undefined) return undefined;
  const separator = separatorAt(bytes, end);
  if (separator === undefined) return undefined;
  const value = valueAt(bytes, separator.end, runEnd, separator.kind === 'tight');
  if (value === undefined) return undefined;
  const head = nameHead(bytes, word, end);
  if (head === undefined) return undefined;
  const { kind } = separator;
  if (kind === 'space' ? !value.quoted && !head.isOption : kind === 'call' && !value.quoted) {
    return undefined;
  }
  const isLiteral = value.quoted || head.isOption || (head.isUpperCase && kind === 'tight');
  // `('DB_PASSWORD', 'value')`, `["--password", "value"]`; a list of names is none.
  const isPair = kind === 'list' && (head.isOption || head.isUpperCase);
  const isLine = isPair || (kind !== 'list' && value.last);
  const certainty = kind !== 'list' && isLiteral ? 'literal' : isLine ? 'line' : 'code';
  if (!isWorth(value.text ?? { bytes, start: value.start, end: value.end }, worth, certainty))
    return undefined;
  return { start: value.start, end: value.end };
}

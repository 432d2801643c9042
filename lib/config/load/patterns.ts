import { filesOf } from '../files.ts';
import { deepFreeze } from '../freeze.ts';
import { nearest } from '../nearest.ts';
import type { Homes, OperatorPattern, PatternPolicy } from '../types.ts';
import { type ConfigDocument, parseConfig, readText } from './document.ts';

/** `patterns.yaml` as its schema fixes it. */
interface RawPatterns {
  patterns?: { type: string; regex: string; keywords?: string[] }[];
  allow?: string[];
  disable?: string[];
}

type Document = ConfigDocument<RawPatterns>;

/**
 * Reads `patterns.yaml`; without the file nothing is added, allowed or disabled. Whether a regex
 * runs in linear time is the scanner's compiler's to say.
 *
 * @param builtIn - types of the built-in set: additions must not take their names, and only they
 *   can be disabled. Not checked where left out.
 */
export function loadPatterns(homes: Homes, builtIn?: readonly string[]): PatternPolicy {
  const { patterns: file } = filesOf(homes);
  const document = parseConfig<RawPatterns>('patterns', file, readText(file) ?? '');
  const { patterns = [], allow = [], disable = [] } = document.value;
  for (const [index, entry] of allow.entries()) checkAllowed(document, entry, index);
  if (builtIn) {
    for (const [index, type] of disable.entries()) checkDisabled(document, type, index, builtIn);
  }
  return deepFreeze({ patterns: toPatterns(document, patterns, builtIn ?? []), allow, disable });
}

function toPatterns(
  document: Document,
  patterns: NonNullable<RawPatterns['patterns']>,
  builtIn: readonly string[],
): OperatorPattern[] {
  const seen = new Set<string>();
  return patterns.map(({ type, regex, keywords }, index) => {
    const reject = (what: string) => document.reject(['patterns', index, 'type'], what);
    if (builtIn.includes(type)) throw reject(`${type} is a built-in type; choose another name`);
    if (seen.has(type)) throw reject(`${type} is defined a second time`);
    seen.add(type);
    return { type, regex, keywords: keywords ?? [] };
  });
}

/** An allowed value is not quoted in the message: it may look like a secret. */
function checkAllowed(document: Document, entry: string, index: number): void {
  if (entry.length < 2 || !entry.startsWith('/') || !entry.endsWith('/')) return;
  try {
    new RegExp(entry.slice(1, -1), 'u');
  } catch {
    throw document.reject(['allow', index], 'is no valid regular expression');
  }
}

function checkDisabled(
  document: Document,
  type: string,
  index: number,
  builtIn: readonly string[],
): void {
  if (builtIn.includes(type)) return;
  const meant = nearest(type, builtIn);
  const hint = meant === undefined ? 'see `waterwall patterns list`' : `did you mean ${meant}?`;
  throw document.reject(['disable', index], `${type} is no built-in type; ${hint}`);
}

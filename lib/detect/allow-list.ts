import { compileAllowRegex } from './operator-pattern.ts';
import { matchesWhole } from './regex/search.ts';
import type { Range } from './types.ts';

/**
 * Compiles the operator's list of values that are no secrets: exact values, or `/regex/` that
 * matches a whole value.
 *
 * @throws WaterwallError `config-invalid`
 */
export function createAllowList(
  allow: readonly string[],
): (bytes: Uint8Array, range: Range) => boolean {
  const isRegex = (entry: string): boolean =>
    entry.length > 2 && entry.startsWith('/') && entry.endsWith('/');
  const values = new Set(
    allow.filter((entry) => !isRegex(entry)).map((value) => Buffer.from(value).toString('latin1')),
  );
  const programs = allow.filter(isRegex).map((entry) => compileAllowRegex(entry.slice(1, -1)));
  if (allow.length === 0) return () => false;
  return (bytes, { start, end }) => {
    const value = bytes.subarray(start, end);
    if (values.has(Buffer.from(value).toString('latin1'))) return true;
    return programs.some((program) => matchesWhole(program, value));
  };
}

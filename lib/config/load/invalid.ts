import { WaterwallError } from '../../errors.ts';

/** Where something stands, counted from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * The error for a configuration file that cannot be used.
 *
 * @param key - dotted path, '' for the file as a whole
 * @param what - what is wrong; never a value from the file
 */
export function invalid(
  place: Place,
  key: string,
  what: string,
  fix?: string,
): WaterwallError<'config-invalid'> {
  const { file, line, column } = place;
  return new WaterwallError(
    'config-invalid',
    `${file}:${line}:${column}: ${key === '' ? '' : `${key}: `}${what}`,
    { fix: fix ?? `correct line ${line} of ${file}`, details: { file, line, column, key } },
  );
}

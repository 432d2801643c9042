import { WaterwallError } from '../../errors.ts';

const DAY = /^\d{4}-\d\d-\d\d$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * Reads one end of a range of time: a day in UTC, all of it, or a time with its zone.
 *
 * @returns milliseconds since the epoch, included
 * @throws WaterwallError `usage`
 */
export function parseEnd(text: string, end: 'since' | 'until'): number {
  const isDay = DAY.test(text);
  const at = isDay || TIME.test(text) ? Date.parse(text) : Number.NaN;
  // JavaScript takes the 31st of a month with thirty days for the 1st of the next.
  const isReal = isDay && !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
  if (Number.isNaN(at) || (isDay && !isReal)) {
    throw new WaterwallError('usage', `${JSON.stringify(text.slice(0, 40))} is no time`, {
      fix: `give \`${end}\` as a day (2026-11-25) or a time (2026-11-25T10:00:00Z)`,
    });
  }
  return isDay && end === 'until' ? at + 24 * 3_600_000 - 1 : at;
}

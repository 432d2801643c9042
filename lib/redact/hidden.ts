/** The most escapes that are looked at before a text counts as hiding something. */
const PROBES = 20_000;

/** The codes from here on are characters; below, controls that all encoders write alike. */
const FIRST_CHARACTER = 0x20;

/**
 * Whether a text holds any character in an escape by its code, below however many layers: known
 * values may hold characters that encoders write in different ways.
 */
export function holdsEscape(bytes: Buffer): boolean {
  let at = bytes.indexOf('\\u', 0, 'latin1');
  for (let probe = 0; at >= 0; probe++) {
    const digits = bytes.toString('latin1', at + 2, at + 6);
    const code = /^[0-9a-f]{4}$/i.test(digits) ? Number.parseInt(digits, 16) : 0;
    if (probe === PROBES || code >= FIRST_CHARACTER) return true;
    at = bytes.indexOf('\\u', at + 2, 'latin1');
  }
  return false;
}

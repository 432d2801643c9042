/** The most places that are looked at before a text counts as hiding something. */
const PROBES = 100_000;

/** Escaped with reason or habit, and part of no secret: ` `, `"`, `&`, `'`, `<`, `>`, `\`. */
const HARMLESS = new Set([0x20, 0x22, 0x26, 0x27, 0x3c, 0x3e, 0x5c]);

/**
 * Whether a text holds escaped ASCII below one more layer of escapes (`\\u0041`, as in the
 * arguments of a call). The scanner's hazard is about its own text's escapes only.
 */
export function hidesBelow(bytes: Buffer): boolean {
  let at = bytes.indexOf('\\\\u00', 0, 'latin1');
  for (let probe = 0; at >= 0; probe++) {
    const digits = bytes.toString('latin1', at + 5, at + 7);
    const code = /^[2-7][0-9a-f]$/i.test(digits) ? Number.parseInt(digits, 16) : 0;
    if (probe === PROBES || (code > 0 && code < 0x7f && !HARMLESS.has(code))) return true;
    at = bytes.indexOf('\\\\u00', at + 5, 'latin1');
  }
  return false;
}

/** The columns of `od -c`, `od -a` and `hexdump -c`: four places for each byte, flush right. */

const SPACE = 0x20;
const FIELD = 4;

/** The last byte of a character that takes several: nothing of its own. */
const CONTINUED = -1;
const NAMES = new Map<string, number>([[' **', CONTINUED]]);
for (let byte = 0; byte < 256; byte++) NAMES.set(byte.toString(8).padStart(3, '0'), byte);
for (const [name, byte] of Object.entries({ 0: 0, a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 })) {
  NAMES.set(` \\${name}`, byte);
}
NAMES.set(' \\\\', 0x5c);
/** `od -a` has names for what is not printed. */
const CONTROLS =
  'nul soh stx etx eot enq ack bel bs ht nl vt ff cr so si dle dc1 dc2 dc3 dc4 nak syn etb can em sub esc fs gs rs us sp';
for (const [byte, name] of CONTROLS.split(' ').entries()) NAMES.set(name.padStart(3), byte);
NAMES.set('del', 0x7f);

/**
 * @param from - behind the offset
 * @param to - the end of the line
 * @param bytes - is given what it shows
 * @returns how many bytes; 0 where a field is none
 */
export function readCharacters(
  line: Uint8Array,
  from: number,
  to: number,
  bytes: Uint8Array,
): number {
  let length = 0;
  for (let at = from; at < to; ) {
    if (line[at] !== SPACE || at + FIELD > to) return 0;
    const last = line[at + 3] as number;
    if (line[at + 1] === SPACE && line[at + 2] === SPACE) {
      bytes[length++] = last;
      at += FIELD;
      // A whole character of UTF-8.
      while (at < to && ((line[at] as number) & 0xc0) === 0x80)
        bytes[length++] = line[at++] as number;
      continue;
    }
    const name = String.fromCharCode(line[at + 1] as number, line[at + 2] as number, last);
    const value = NAMES.get(name);
    if (value === undefined) return 0;
    if (value !== CONTINUED) bytes[length++] = value;
    at += FIELD;
  }
  return length;
}

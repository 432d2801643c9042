const MAX_NAME = 26;
const MAX_LENGTH = 240;

/**
 * The end of a header line such as `DEK-Info: AES-128-CBC,…`, `Version: GnuPG v2`; `at` where none
 * stands there. The line end itself is not part of it.
 */
export function headerEnd(bytes: Uint8Array, from: number): number {
  if (!isCapital(bytes[from])) return from;
  let at = from + 1;
  while (at - from < MAX_NAME && isNameByte(bytes[at])) at++;
  if (at - from < 3 || bytes[at] !== 0x3a || bytes[at + 1] !== 0x20) return from;
  while (at - from < MAX_LENGTH && isTextByte(bytes[at])) at++;
  return at;
}

function isCapital(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x41 && byte <= 0x5a;
}

function isNameByte(byte: number | undefined): boolean {
  return byte !== undefined && (byte === 0x2d || isCapital(byte & ~0x20));
}

/** Neither a line end nor the beginning of an escaped one. */
function isTextByte(byte: number | undefined): boolean {
  return byte !== undefined && byte !== 0x0a && byte !== 0x0d && byte !== 0x22 && byte !== 0x5c;
}

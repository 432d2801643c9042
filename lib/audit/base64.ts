/**
 * Decodes base64 (RFC 4648 section 4). Node's own decoder skips what it does not understand, and
 * takes a value with unused bits set for the one without: two texts, one value. A signature's text
 * must have one spelling.
 *
 * @returns undefined where the text is not exactly what encoding its value gives
 */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** Like {@link decodeBase64}, of a value whose length is known. */
export function decodeBase64Of(length: number, text: string): Buffer | undefined {
  const bytes = decodeBase64(text);
  return bytes?.length === length ? bytes : undefined;
}

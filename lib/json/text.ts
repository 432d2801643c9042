/** Between the raw source of JSON strings and the text that it stands for, with offsets kept. */

const BACKSLASH = 0x5c;

const SHORT_ESCAPES: Readonly<Record<number, number>> = {
  34: 0x22,
  92: 0x5c,
  47: 0x2f,
  98: 0x08,
  102: 0x0c,
  110: 0x0a,
  114: 0x0d,
  116: 0x09,
};

/** Text decoded from a raw source, and where each of its bytes came from. */
export interface DecodedText {
  /** UTF-8. A lone surrogate becomes U+FFFD. */
  readonly bytes: Uint8Array;
  /** `origin[i]` is the raw offset of decoded byte `i`; one entry more than there are bytes. */
  readonly origin: Uint32Array;
}

/**
 * Decodes JSON escapes leniently: what is no valid escape stands for itself, so that text which
 * only resembles JSON can be seen through too.
 *
 * @param raw - the bytes that hold the source
 * @param start - first byte of the source
 * @param end - first byte after it
 */
export function decodeEscapes(raw: Uint8Array, start = 0, end = raw.length): DecodedText {
  const bytes = new Uint8Array(end - start);
  const origin = new Uint32Array(end - start + 1);
  let length = 0;
  const put = (byte: number, from: number): void => {
    bytes[length] = byte;
    origin[length++] = from;
  };
  for (let at = start; at < end; ) {
    const byte = raw[at] as number;
    const next = byte === BACKSLASH && at + 1 < end ? (raw[at + 1] as number) : undefined;
    const short = next === undefined ? undefined : SHORT_ESCAPES[next];
    if (short !== undefined) {
      put(short, at);
      at += 2;
      continue;
    }
    const unit = next === 0x75 ? hexUnit(raw, at + 2, end) : undefined;
    if (unit === undefined) {
      put(byte, at++);
      continue;
    }
    let width = 6;
    let point = unit;
    if (unit >= 0xd800 && unit < 0xdc00 && raw[at + 6] === BACKSLASH && raw[at + 7] === 0x75) {
      const low = hexUnit(raw, at + 8, end);
      if (low !== undefined && low >= 0xdc00 && low < 0xe000) {
        point = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
        width = 12;
      }
    }
    for (const part of utf8(point)) put(part, at);
    at += width;
  }
  origin[length] = end;
  return { bytes: bytes.subarray(0, length), origin: origin.subarray(0, length + 1) };
}

/**
 * Writes text as the source of a JSON string, without the quotes, as `JSON.stringify` would.
 *
 * @param text - UTF-8
 * @param times - how often: 2 for a string inside a JSON document that is itself a string
 * @returns `text` itself where nothing had to be escaped
 */
export function encodeEscapes(text: Buffer, times = 1): Buffer {
  let result = text;
  for (let round = 0; round < times; round++) {
    if (!needsEscape(result)) return result;
    result = Buffer.from(JSON.stringify(result.toString('latin1')).slice(1, -1), 'latin1');
  }
  return result;
}

function needsEscape(text: Uint8Array): boolean {
  return text.some((byte) => byte < 0x20 || byte === 0x22 || byte === BACKSLASH);
}

function hexUnit(raw: Uint8Array, at: number, end: number): number | undefined {
  if (at + 4 > end) return undefined;
  let unit = 0;
  for (let i = 0; i < 4; i++) {
    const digit = hexDigit(raw[at + i] as number);
    if (digit < 0) return undefined;
    unit = unit * 16 + digit;
  }
  return unit;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function utf8(point: number): Uint8Array {
  return Buffer.from(String.fromCodePoint(point), 'utf8');
}

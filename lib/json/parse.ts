/**
 * A strict JSON parser (RFC 8259) that keeps byte offsets instead of values, for code that must
 * find a place in a document and leave every other byte alone.
 */

/** A string; `start` and `end` bound its raw source between the quotes. */
export interface JsonString {
  readonly kind: 'string';
  readonly start: number;
  readonly end: number;
  /** Whether the raw source holds a backslash. */
  readonly escaped: boolean;
}

/** A number, `true`, `false` or `null`; offsets bound its lexeme. */
export interface JsonScalar {
  readonly kind: 'scalar';
  readonly start: number;
  readonly end: number;
}

/** An array with its elements in order. */
export interface JsonArray {
  readonly kind: 'array';
  readonly start: number;
  readonly end: number;
  readonly items: readonly JsonNode[];
}

/** An object with its members in order; duplicate keys are kept. */
export interface JsonObject {
  readonly kind: 'object';
  readonly start: number;
  readonly end: number;
  readonly members: readonly JsonMember[];
}

/** One member of an object. */
export interface JsonMember {
  readonly key: JsonString;
  readonly value: JsonNode;
}

export type JsonNode = JsonString | JsonScalar | JsonArray | JsonObject;

/** Deeper documents are treated as not parseable: no provider accepts them, and recursion is finite. */
const MAX_DEPTH = 512;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

const IS_SPACE = new Uint8Array(256);
for (const byte of [0x20, 0x09, 0x0a, 0x0d]) IS_SPACE[byte] = 1;

/** Bytes that may stand in a number lexeme; the lexeme itself is checked by a regular expression. */
const IS_NUMBER = new Uint8Array(256);
for (const char of '0123456789+-.eE') IS_NUMBER[char.charCodeAt(0)] = 1;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Thrown and caught inside this file only. */
const FAILED = Symbol('not JSON');

/**
 * Parses one document.
 *
 * @param bytes - UTF-8; a byte order mark is not accepted.
 * @returns the root, or `undefined` where the bytes are not exactly one JSON document.
 */
export function parseJson(bytes: Uint8Array): JsonNode | undefined {
  const reader = new Reader(bytes);
  try {
    return reader.document();
  } catch (error) {
    if (error === FAILED) return undefined;
    throw error;
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  document(): JsonNode {
    const root = this.#value(0);
    this.#space();
    if (this.#at !== this.#bytes.length) throw FAILED;
    return root;
  }

  #space(): void {
    const bytes = this.#bytes;
    while (this.#at < bytes.length && IS_SPACE[bytes[this.#at] as number] === 1) this.#at++;
  }

  #value(depth: number): JsonNode {
    if (depth > MAX_DEPTH) throw FAILED;
    this.#space();
    switch (this.#bytes[this.#at]) {
      case QUOTE:
        return this.#string();
      case 0x7b:
        return this.#object(depth);
      case 0x5b:
        return this.#array(depth);
      default:
        return this.#scalar();
    }
  }

  #string(): JsonString {
    const bytes = this.#bytes;
    const start = ++this.#at;
    let escaped = false;
    for (let at = start; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (byte === QUOTE) {
        this.#at = at + 1;
        return { kind: 'string', start, end: at, escaped };
      }
      if (byte < 0x20) throw FAILED;
      if (byte !== BACKSLASH) continue;
      escaped = true;
      at += this.#escapeLength(at + 1);
    }
    throw FAILED;
  }

  /** How many bytes follow the backslash. */
  #escapeLength(at: number): number {
    const bytes = this.#bytes;
    const byte = bytes[at];
    if (byte === 0x75) {
      for (let i = 1; i <= 4; i++) {
        const hex = bytes[at + i];
        if (hex === undefined || !isHex(hex)) throw FAILED;
      }
      return 5;
    }
    if (byte === undefined || !'"\\/bfnrt'.includes(String.fromCharCode(byte))) throw FAILED;
    return 1;
  }

  #object(depth: number): JsonObject {
    const start = this.#at++;
    const members: JsonMember[] = [];
    this.#space();
    if (this.#bytes[this.#at] === 0x7d) return { kind: 'object', start, end: ++this.#at, members };
    for (;;) {
      this.#space();
      if (this.#bytes[this.#at] !== QUOTE) throw FAILED;
      const key = this.#string();
      this.#space();
      if (this.#bytes[this.#at++] !== 0x3a) throw FAILED;
      members.push({ key, value: this.#value(depth + 1) });
      this.#space();
      const next = this.#bytes[this.#at++];
      if (next === 0x7d) return { kind: 'object', start, end: this.#at, members };
      if (next !== 0x2c) throw FAILED;
    }
  }

  #array(depth: number): JsonArray {
    const start = this.#at++;
    const items: JsonNode[] = [];
    this.#space();
    if (this.#bytes[this.#at] === 0x5d) return { kind: 'array', start, end: ++this.#at, items };
    for (;;) {
      items.push(this.#value(depth + 1));
      this.#space();
      const next = this.#bytes[this.#at++];
      if (next === 0x5d) return { kind: 'array', start, end: this.#at, items };
      if (next !== 0x2c) throw FAILED;
    }
  }

  #scalar(): JsonScalar {
    const bytes = this.#bytes;
    const start = this.#at;
    for (const word of ['true', 'false', 'null']) {
      if (bytes[start] === word.charCodeAt(0) && this.#ascii(start, start + word.length) === word) {
        this.#at = start + word.length;
        return { kind: 'scalar', start, end: this.#at };
      }
    }
    let at = start;
    while (at < bytes.length && IS_NUMBER[bytes[at] as number] === 1) at++;
    if (!NUMBER.test(this.#ascii(start, at))) throw FAILED;
    this.#at = at;
    return { kind: 'scalar', start, end: at };
  }

  #ascii(start: number, end: number): string {
    return String.fromCharCode(...this.#bytes.subarray(start, Math.min(end, start + 400)));
  }
}

function isHex(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

/** Where in a file secrets stand, in the terms of an editor. */

import type { Span } from '../detect/types.ts';

/** A secret's place; never its value. */
export interface Finding {
  readonly type: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in characters (code points), as editors count. */
  readonly column: number;
}

const LINE_FEED = 0x0a;

/** Tells lines and columns of spans; one pass over the bytes. */
export function locate(
  bytes: Uint8Array,
  spans: readonly Pick<Span, 'start' | 'type'>[],
): readonly Finding[] {
  let line = 1;
  let column = 1;
  let at = 0;
  return spans.map(({ type, start }) => {
    for (; at < start; at++) {
      const byte = bytes[at] as number;
      if (byte === LINE_FEED) {
        line++;
        column = 1;
      } else if (!isContinuation(byte)) {
        column++;
      }
    }
    return { type, line, column };
  });
}

/** A byte of a UTF-8 character other than its first. */
function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/** As git and grep tell it: a NUL among the first bytes. */
export function looksBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 8000).includes(0);
}

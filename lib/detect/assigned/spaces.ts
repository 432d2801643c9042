import { classOf } from '../byte-class.ts';
import { MOST_BACKSLASHES } from './quote.ts';

const SPACE = 0x20;
const TAB = 0x09;
const BACKSLASH = 0x5c;
const ESCAPE = 0x1b;
const BRACKET = 0x5b;
const MOST_SPACES = 24;

/** Skips spaces, tabs, and the codes with which terminals colour names and values. */
export function skipSpaces(bytes: Uint8Array, from: number): number {
  let at = from;
  for (let i = 0; i < MOST_SPACES; i++) {
    const byte = bytes[at];
    if (byte === SPACE || byte === TAB) at++;
    else if (byte === BACKSLASH && bytes[at + 1] === 0x74) at += 2;
    else {
      const code = codeEnd(bytes, at);
      if (code === at) break;
      at = code;
    }
  }
  return at;
}

/** How encoders and languages spell the Escape that begins a code. */
const SPELLED = ['u001b', 'u001B', 'x1b', 'x1B', '033', 'e'].map((text) => Buffer.from(text));
const PARAMETERS = classOf('0123456789;:?');
const MOST_PARAMETERS = 24;

/** Where the code of a terminal ends that begins here; `at` where none does. */
export function codeEnd(bytes: Uint8Array, at: number): number {
  let next = at;
  if (bytes[at] === ESCAPE) next++;
  else {
    while (next - at < MOST_BACKSLASHES && bytes[next] === BACKSLASH) next++;
    if (next === at) return at;
    next += spelledLength(bytes, next);
  }
  if (bytes[next] !== BRACKET) return at;
  for (const stop = ++next + MOST_PARAMETERS; next < stop; next++) {
    if (PARAMETERS.has[bytes[next] as number] !== 1) return isFinal(bytes[next]) ? next + 1 : at;
  }
  return at;
}

function spelledLength(bytes: Uint8Array, at: number): number {
  for (const text of SPELLED) {
    let i = 0;
    while (i < text.length && bytes[at + i] === text[i]) i++;
    if (i === text.length) return i;
  }
  return 0;
}

/** `m` of colours, `K` of what `grep` clears. */
function isFinal(byte: number | undefined): boolean {
  return byte === 0x6d || byte === 0x4b;
}

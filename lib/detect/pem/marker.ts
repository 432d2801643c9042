import { startsWith } from '../boundary.ts';
import { byteClass, byteRange } from '../byte-class.ts';

/** A `-----BEGIN …-----` or `-----END …-----` line's marker. */
export interface PemMarker {
  readonly kind: 'begin' | 'end';
  readonly start: number;
  readonly end: number;
  /** Whether it bounds a private key, and not a certificate, a public key or a message. */
  readonly isPrivate: boolean;
}

const BEGIN = Buffer.from('-----BEGIN ');
const END = Buffer.from('-----END ');
const DASHES = Buffer.from('-----');
const LABEL = byteClass([...byteRange(0x41, 0x5a), ...byteRange(0x30, 0x39), 0x20, 0x5f]);
const MAX_LABEL = 100;
const PRIVATE = ['PRIVATE KEY', 'PRIVATE KEY BLOCK'].map((label) => Buffer.from(label));

/** Reads the marker that begins at an offset. */
export function readMarker(bytes: Uint8Array, start: number): PemMarker | undefined {
  const begins = startsWith(bytes, BEGIN, start);
  if (!begins && !startsWith(bytes, END, start)) return undefined;
  const from = start + (begins ? BEGIN : END).length;
  let at = from;
  while (at - from < MAX_LABEL && LABEL.has[bytes[at] as number] === 1) at++;
  if (!startsWith(bytes, DASHES, at)) return undefined;
  return {
    kind: begins ? 'begin' : 'end',
    start,
    end: at + DASHES.length,
    isPrivate: PRIVATE.some((label) => startsWith(bytes, label, at - label.length)),
  };
}

/** Whether five dashes stand here. */
export function isDashes(bytes: Uint8Array, at: number): boolean {
  return startsWith(bytes, DASHES, at);
}

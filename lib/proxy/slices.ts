/** Bytes that are gathered into one piece, at most; see {@link slicesOf}. */
const SLICE = 256 * 1024;

/** A part of at least this size is worth no copy. */
const LARGE = 64 * 1024;

/**
 * The same bytes in fewer, evenly large pieces. A TLS socket copies what comes in several buffers
 * at once, and the other side begins to read only when the first piece is encrypted: with pieces
 * of 256 KB a body of 2 MB arrives a fifth sooner than in one (measured, Node 20).
 */
export function* slicesOf(parts: readonly Uint8Array[]): Generator<Uint8Array> {
  let small: Uint8Array[] = [];
  let gathered = 0;
  for (const part of parts) {
    if (gathered > 0 && (part.length >= LARGE || gathered + part.length > SLICE)) {
      yield join(small, gathered);
      small = [];
      gathered = 0;
    }
    if (part.length < LARGE) {
      small.push(part);
      gathered += part.length;
      continue;
    }
    for (let at = 0; at < part.length; at += SLICE) yield part.subarray(at, at + SLICE);
  }
  if (gathered > 0) yield join(small, gathered);
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts, length);
}

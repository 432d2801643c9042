/** Bytes of a piece, at most; see {@link slicesOf}. */
const SLICE = 256 * 1024;

/**
 * Bytes of the first piece: short, so that what else waits for the event loop, the sync of the
 * request's own audit line above all, begins while the rest is encrypted.
 */
const FIRST = 64 * 1024;

/** A part of at least this size is worth no copy. */
const LARGE = 64 * 1024;

/**
 * The same bytes in few and large pieces. A TLS socket copies what comes in several buffers at
 * once, and the other side begins to read only when the first piece is encrypted: with pieces of
 * 256 KB a body of 2 MB arrives a fifth sooner than in one (measured, Node 20).
 */
export function* slicesOf(parts: readonly Uint8Array[]): Generator<Uint8Array> {
  for (const group of groupsOf(parts)) {
    yield group.length === 1 ? (group[0] as Uint8Array) : Buffer.concat(group);
  }
}

function groupsOf(parts: readonly Uint8Array[]): Uint8Array[][] {
  const groups: Uint8Array[][] = [];
  let group: Uint8Array[] = [];
  let room = FIRST;
  const close = (): void => {
    if (group.length === 0) return;
    groups.push(group);
    group = [];
    room = SLICE;
  };
  for (const part of parts) {
    if (part.length >= LARGE) close();
    for (let at = 0; at < part.length; ) {
      const piece = part.subarray(at, at + room);
      group.push(piece);
      at += piece.length;
      room -= piece.length;
      if (room === 0) close();
    }
    if (part.length >= LARGE) close();
  }
  close();
  return groups;
}

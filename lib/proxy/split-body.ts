/** A body cut where its last byte that matters begins. */
export interface SplitBody {
  readonly head: readonly Uint8Array[];
  /** From the last byte that is not white space to the end; empty only where the body is. */
  readonly tail: Uint8Array;
}

const SPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);

/**
 * Cuts off the tail that must wait for its audit line: without its last byte no parser on the
 * other side has a complete document, so the head may already travel while the disk syncs.
 */
export function splitBody(parts: readonly Uint8Array[]): SplitBody {
  for (let i = parts.length - 1; i >= 0; i--) {
    const part = parts[i] as Uint8Array;
    for (let at = part.length - 1; at >= 0; at--) {
      if (SPACE.has(part[at] as number)) continue;
      const head = [...parts.slice(0, i), part.subarray(0, at)].filter((piece) => piece.length > 0);
      return { head, tail: join([part.subarray(at), ...parts.slice(i + 1)]) };
    }
  }
  return { head: [], tail: join(parts) };
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
}

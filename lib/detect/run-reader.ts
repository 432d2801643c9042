import { type ByteClass, byteClassCount } from './byte-class.ts';

/** Gives the end of the run of a class that begins at an offset. */
export type RunReader = (set: ByteClass, at: number) => number;

const NONE = new Int32Array(0);

/** In shorter texts walking costs less than remembering. */
const SHORT = 256;

/** The end of the run of a class that begins at an offset. */
export function runEnd(bytes: Uint8Array, { has }: ByteClass, at: number): number {
  let end = at;
  while (end < bytes.length && has[bytes[end] as number] === 1) end++;
  return end;
}

/** Room for every class there is. */
function withRoom(known: Int32Array): Int32Array {
  const room = new Int32Array(byteClassCount()).fill(-1);
  room.set(known);
  return room;
}

/**
 * Remembers the last run of every class: however many candidates lie in one run, it is walked
 * once, so that matching stays linear on any input.
 */
export function createRunReader(bytes: Uint8Array): RunReader {
  if (bytes.length <= SHORT) return (set, at) => runEnd(bytes, set, at);
  let from: Int32Array = NONE;
  let to: Int32Array = NONE;
  return (set, at) => {
    const { id, has } = set;
    // Most texts hold no candidate, and there are hundreds of classes, some not made until met.
    if (id >= from.length) {
      from = withRoom(from);
      to = withRoom(to);
    }
    const known = from[id] as number;
    const end = to[id] as number;
    if (at >= known && at < end) return end;
    let next = at;
    // A candidate a little before the known run: walk up to it, then jump.
    const stop = at < known ? known : bytes.length;
    while (next < stop && has[bytes[next] as number] === 1) next++;
    if (next === known && next < bytes.length && at < known) next = end;
    from[id] = at;
    to[id] = next;
    return next;
  };
}

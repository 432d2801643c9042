import { createReadStream } from 'node:fs';
import { MAX_LINE_BYTES } from './leaf.ts';

const NEWLINE = 0x0a;

/** Large enough that the calls cost nothing beside the hashing, small enough to stay in the cache. */
export const CHUNK_BYTES = 512 * 1024;

/**
 * Reads a file line by line, in constant memory.
 *
 * @param visit - called with each complete line, without its newline; the bytes are only good
 *   during the call; `false` ends the walk
 * @param pause - waited for now and then, before more is read
 * @returns how many bytes follow the last newline; 0 where the walk was ended early
 */
export async function walkLines(
  path: string,
  visit: (line: Buffer) => boolean,
  pause?: () => Promise<void> | undefined,
): Promise<number> {
  return walkChunks(createReadStream(path, { highWaterMark: CHUNK_BYTES }), visit, pause);
}

/** The same of bytes that come in pieces. */
export async function walkChunks(
  chunks: AsyncIterable<Buffer>,
  visit: (line: Buffer) => boolean,
  pause?: () => Promise<void> | undefined,
): Promise<number> {
  let rest: Buffer = Buffer.alloc(0);
  let torn = 0;
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, at)) {
      if (!visit(bytes.subarray(at, end))) return 0;
      at = end + 1;
    }
    rest = bytes.subarray(at);
    torn = rest.length;
    // Whatever this is, it becomes no line any more: count it, do not collect it.
    if (torn > MAX_LINE_BYTES && !visit(rest)) return 0;
    const pausing = pause?.();
    if (pausing !== undefined) await pausing;
  }
  return torn;
}

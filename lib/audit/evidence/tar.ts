/** Tar files (POSIX ustar) of regular files and nothing else, the one way we write them. */

const BLOCK = 512;

/** Two blocks of zeros end an archive. */
export const TAR_END: Buffer = Buffer.alloc(2 * BLOCK);

/** A name is a relative path of these, at most 100 bytes. */
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;

/** The largest size that eleven octal digits hold. */
const MAX_SIZE = 8 ** 11 - 1;

/**
 * A file's header: owner root, mode 0644, time 0, so that the same files give the same bytes.
 *
 * @throws RangeError for a name or size that no header has
 */
export function tarHeader(name: string, size: number): Buffer {
  if (!isTarName(name) || !(size >= 0 && size <= MAX_SIZE)) {
    throw new RangeError(`A tar file cannot hold ${name} of ${size} bytes.`);
  }
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, 'latin1');
  block.write('0000644\0' + '0000000\0' + '0000000\0', 100, 'latin1');
  block.write(`${octal(size, 11)}\0${octal(0, 11)}\0`, 124, 'latin1');
  block.write('        0', 148, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  block.write('0000000\0' + '0000000\0', 329, 'latin1');
  let sum = 0;
  for (let at = 0; at < BLOCK; at++) sum += block[at] ?? 0;
  block.write(`${octal(sum, 6)}\0 `, 148, 'latin1');
  return block;
}

/** Zeros that fill a file's last block. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

/** Whether a tar file of ours can hold a file of that name. */
export function isTarName(name: string): boolean {
  return name.length <= 100 && NAME.test(name);
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

/** A file in a tar file that is being read. */
export interface TarEntry {
  readonly name: string;
  readonly size: number;
  /** Its bytes in pieces; once, and before the next entry is asked for. */
  readonly body: AsyncIterable<Buffer>;
}

/** The bytes are no tar file as we write them. */
export class TarFault extends Error {}

/**
 * Reads a tar file. Every header must be, byte for byte, the one that {@link tarHeader} writes: no
 * link, no device, no extension, no other owner, nothing that a name could do outside its place.
 *
 * @throws TarFault
 */
export async function* readTar(chunks: AsyncIterable<Buffer>): AsyncGenerator<TarEntry> {
  const source = createSource(chunks);
  for (;;) {
    const block = await source.exactly(BLOCK);
    if (block.every((byte) => byte === 0)) break;
    const name = block.toString('latin1', 0, Math.max(0, block.indexOf(0)));
    const digits = block.toString('latin1', 124, 135);
    const size = /^[0-7]{11}$/.test(digits) ? Number.parseInt(digits, 8) : -1;
    if (size < 0 || !isTarName(name) || !tarHeader(name, size).equals(block)) {
      throw new TarFault('a header is not that of a regular file as bundles have them');
    }
    let read = false;
    async function* body(): AsyncGenerator<Buffer> {
      read = true;
      for (let left = size; left > 0; ) {
        const piece = await source.some(left);
        left -= piece.length;
        yield piece;
      }
      const padding = await source.exactly(tarPadding(size).length);
      if (padding.some((byte) => byte !== 0)) throw new TarFault('the padding is not zeros');
    }
    yield { name, size, body: body() };
    if (!read) throw new TypeError('An entry was not read.');
  }
  const end = await source.exactly(BLOCK);
  if (end.some((byte) => byte !== 0) || (await source.more())) {
    throw new TarFault('something follows the end');
  }
}

/** Reads all of an entry, which must not be larger than that. */
export async function entryBytes(entry: TarEntry, limit: number): Promise<Buffer> {
  if (entry.size > limit) throw new TarFault(`${entry.name} has more than ${limit} bytes`);
  const pieces: Buffer[] = [];
  for await (const piece of entry.body) pieces.push(piece);
  return Buffer.concat(pieces);
}

function createSource(chunks: AsyncIterable<Buffer>) {
  const iterator = chunks[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);

  async function fill(): Promise<boolean> {
    while (rest.length === 0) {
      const { done, value } = await iterator.next();
      if (done === true) return false;
      rest = value;
    }
    return true;
  }

  /** At least one byte, at most `most`. */
  async function some(most: number): Promise<Buffer> {
    if (!(await fill())) throw new TarFault('it ends too early');
    const piece = rest.subarray(0, most);
    rest = rest.subarray(piece.length);
    return piece;
  }

  return {
    some,
    async exactly(length: number): Promise<Buffer> {
      const pieces: Buffer[] = [];
      for (let left = length; left > 0; ) {
        const piece = await some(left);
        pieces.push(piece);
        left -= piece.length;
      }
      return Buffer.concat(pieces);
    },
    more: fill,
  };
}

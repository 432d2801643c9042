import { Decompress } from 'fzstd';
import { tooLarge, unscannable } from './refusals.ts';

const FRAME = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;

/** What the reference decoder allows by default (`ZSTD_WINDOWLOG_LIMIT_DEFAULT`, 2^27). */
const MAX_WINDOW = 2 ** 27;

/** Output after which other exchanges get their turn: some milliseconds of work. */
const BYTES_A_TURN = 512 * 1024;

/** Bytes of the dictionary id and of the content size, by their flags. */
const DICTIONARY_BYTES = [0, 1, 2, 4] as const;
const CONTENT_BYTES = [0, 2, 4, 8] as const;

const RLE = 1;

/** One frame, cut where its blocks end. */
interface Frame {
  /** The header with the first block, each further block, and the checksum with the last one. */
  readonly chunks: readonly Buffer[];
  readonly end: number;
}

/**
 * Decodes Zstandard (RFC 8878): any number of frames, with or without content size. In JavaScript
 * on every Node, because only 22.15 and later have it in zlib.
 *
 * The frames are walked here and the decoder gets them block by block: so nothing is allocated
 * that a header merely claims, output is counted as it comes, and the event loop goes on.
 */
export async function decodeZstd(bytes: Buffer, limit: number): Promise<Buffer> {
  const output: Uint8Array[] = [];
  let length = 0;
  let sinceTurn = 0;
  for (let at = 0; at < bytes.length; ) {
    const frame = frameAt(bytes, at, limit);
    const decoder = new Decompress((block) => {
      length += block.length;
      sinceTurn += block.length;
      if (length > limit) throw tooLarge(limit);
      output.push(block);
    });
    for (const [i, chunk] of frame.chunks.entries()) {
      decoder.push(chunk, i === frame.chunks.length - 1);
      if (sinceTurn < BYTES_A_TURN) continue;
      sinceTurn = 0;
      await nextTurn();
    }
    at = frame.end;
  }
  return Buffer.concat(output, length);
}

function frameAt(bytes: Buffer, start: number, limit: number): Frame {
  const magic = start + 8 <= bytes.length ? bytes.readUInt32LE(start) : 0;
  if ((magic & ~0xf) >>> 0 === SKIPPABLE) {
    const end = start + 8 + bytes.readUInt32LE(start + 4);
    if (end > bytes.length) throw broken();
    return { chunks: [], end };
  }
  if (magic !== FRAME) throw broken();
  const header = readHeader(bytes, start);
  if (header.isSingle && header.window > limit) throw tooLarge(limit);
  if (header.window > MAX_WINDOW) {
    throw unscannable('zstd data asks for too large a window', 'compress it without --long');
  }
  return cutBlocks(bytes, start, header);
}

interface FrameHeader {
  /** Offset of the first block. */
  readonly end: number;
  /** The content is the window. */
  readonly isSingle: boolean;
  /** What the decoder will allocate. */
  readonly window: number;
  readonly hasChecksum: boolean;
}

/** RFC 8878 §3.1.1.1. */
function readHeader(bytes: Buffer, start: number): FrameHeader {
  const flags = bytes[start + 4] as number;
  const isSingle = (flags & 0x20) !== 0;
  let at = start + (isSingle ? 5 : 6);
  at += DICTIONARY_BYTES[(flags & 3) as 0 | 1 | 2 | 3];
  const size = CONTENT_BYTES[(flags >> 6) as 0 | 1 | 2 | 3] || (isSingle ? 1 : 0);
  if (at + size > bytes.length) throw broken();
  return {
    end: at + size,
    isSingle,
    window: isSingle ? contentSize(bytes, at, size) : windowSize(bytes[start + 5] as number),
    hasChecksum: (flags & 4) !== 0,
  };
}

function contentSize(bytes: Buffer, at: number, size: number): number {
  if (size === 8) return Number(bytes.readBigUInt64LE(at));
  return bytes.readUIntLE(at, size) + (size === 2 ? 256 : 0);
}

function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** RFC 8878 §3.1.1.2. */
function cutBlocks(bytes: Buffer, start: number, header: FrameHeader): Frame {
  const chunks: Buffer[] = [];
  let from = start;
  for (let at = header.end; ; ) {
    if (at + 3 > bytes.length) throw broken();
    const block = bytes.readUIntLE(at, 3);
    const isLast = (block & 1) === 1;
    at += 3 + (((block >> 1) & 3) === RLE ? 1 : block >> 3);
    if (isLast && header.hasChecksum) at += 4;
    if (at > bytes.length) throw broken();
    chunks.push(bytes.subarray(from, at));
    from = at;
    if (isLast) return { chunks, end: at };
  }
}

function broken(): Error {
  return unscannable('the request body is not correct zstd', 'send it whole, or uncompressed');
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

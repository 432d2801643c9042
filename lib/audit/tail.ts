import type { FileHandle } from 'node:fs/promises';
import { MAX_LINE_BYTES } from './leaf.ts';

/** The end of a segment, as bytes. */
export interface SegmentTail {
  /** The last complete lines, without their newlines. */
  readonly lines: readonly Buffer[];
  /** `lines` are all the lines that the segment has. */
  readonly whole: boolean;
  /** Bytes that are complete lines. */
  readonly size: number;
  /** What follows them. */
  readonly torn: Buffer;
}

const NEWLINE = 0x0a;

/**
 * Reads the last lines of a file: those that begin in its last `window` bytes, and in any case
 * one, where there is one.
 */
export async function readTail(file: FileHandle, window: number): Promise<SegmentTail> {
  const { size } = await file.stat();
  for (let length = Math.min(window, size); ; length = Math.min(2 * length, size)) {
    const bytes = await readAt(file, size - length, length);
    const whole = length === size;
    // Where the window begins within the file, so it does within a line, for all we know.
    const start = whole ? 0 : bytes.indexOf(NEWLINE) + 1;
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    if (!whole && start >= end) continue;
    return {
      lines: splitLines(bytes.subarray(start, end)),
      whole,
      size: size - length + end,
      torn: bytes.subarray(end),
    };
  }
}

/** Reads the first line of a file; undefined where no newline ends it. */
export async function readFirstLine(file: FileHandle): Promise<Buffer | undefined> {
  const bytes = await readAt(file, 0, MAX_LINE_BYTES + 1);
  const end = bytes.indexOf(NEWLINE);
  return end < 0 ? undefined : bytes.subarray(0, end);
}

function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(NEWLINE, at);
    lines.push(bytes.subarray(at, end));
    at = end + 1;
  }
  return lines;
}

/** Reads up to `length` bytes; fewer only at the end of the file. */
export async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

import { WaterwallError } from '../errors.ts';

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;

/** Cuts a stream of server-sent events into frames that together are the stream, byte for byte. */
export interface Framer {
  /** Gives the frames that are complete: events with their blank line, or single comments. */
  push(chunk: Uint8Array): Buffer[];
  /** Gives what is left: an event that was cut off. */
  end(): Buffer | undefined;
}

/**
 * Lines may end in LF, CRLF or CR (WHATWG HTML §9.2.6). A frame ends with a CR although an LF may
 * follow: waiting for it would delay an event by the pause to the next one.
 *
 * @param limit - longest frame in bytes
 */
export function createFramer(limit: number): Framer {
  let pending: Buffer[] = [];
  let pendingLength = 0;
  /** The line that is being read has no byte yet. */
  let lineEmpty = true;
  /** No line of this frame is complete. */
  let firstLine = true;
  /** The line that is being read is a comment. */
  let comment = false;
  let afterCr = false;

  function push(input: Uint8Array): Buffer[] {
    const chunk = Buffer.from(input.buffer, input.byteOffset, input.length);
    const frames: Buffer[] = [];
    let from = 0;
    const cut = (to: number): void => {
      frames.push(take(chunk.subarray(from, to)));
      from = to;
    };
    let lf = -2;
    let cr = -2;
    for (let at = 0; at < chunk.length; ) {
      const byte = chunk[at] as number;
      if (byte === LF && afterCr) {
        afterCr = false;
        at++;
        // The CR before it ended a frame: this half of the line end goes on alone.
        if (firstLine && pendingLength === 0 && from === at - 1) cut(at);
        continue;
      }
      afterCr = false;
      if (byte !== LF && byte !== CR) {
        if (lineEmpty) comment = byte === COLON;
        lineEmpty = false;
        if (lf !== -1 && lf < at) lf = chunk.indexOf(LF, at);
        if (cr !== -1 && cr < at) cr = chunk.indexOf(CR, at);
        at = lf === -1 ? (cr === -1 ? chunk.length : cr) : cr === -1 ? lf : Math.min(lf, cr);
        continue;
      }
      at += byte === CR && chunk[at + 1] === LF ? 2 : 1;
      afterCr = byte === CR && at === chunk.length && chunk[at - 1] === CR;
      const complete = lineEmpty || (firstLine && comment);
      firstLine = complete;
      lineEmpty = true;
      if (complete) cut(at);
    }
    keep(chunk.subarray(from));
    return frames;
  }

  function take(bytes: Buffer): Buffer {
    check(pendingLength + bytes.length);
    if (pendingLength === 0) return bytes;
    const frame = Buffer.concat([...pending, bytes]);
    pending = [];
    pendingLength = 0;
    return frame;
  }

  function keep(bytes: Buffer): void {
    if (bytes.length === 0) return;
    pending.push(bytes);
    pendingLength += bytes.length;
    check(pendingLength);
  }

  function check(length: number): void {
    if (length <= limit) return;
    throw new WaterwallError('unscannable-body', 'an event of the answer is too long to be read', {
      fix: 'raise `limits.event` in config.yaml',
    });
  }

  function end(): Buffer | undefined {
    return pendingLength === 0 ? undefined : take(Buffer.alloc(0));
  }

  return { push, end };
}

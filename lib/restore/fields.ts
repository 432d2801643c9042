/** The fields of one server-sent event, and the event with other data. */

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;

/** A line of data; its text goes from `start` to `end`. */
interface DataLine {
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

/** An event taken apart. */
export interface EventFields {
  /** The data, its lines joined by LF; shares memory with the frame where it is one line. */
  readonly data: Buffer;
  /** Where each line of the data stands in the frame. */
  readonly lines: readonly DataLine[];
  /** Whether it has an `event:` field. */
  readonly named: boolean;
  /** How its lines end. */
  readonly eol: string;
}

/** Takes an event apart; `undefined` where it has no data. */
export function readFields(frame: Buffer): EventFields | undefined {
  const lines: DataLine[] = [];
  let named = false;
  let eol = '';
  const skipMark = frame[0] === 0xef && frame[1] === 0xbb && frame[2] === 0xbf ? 3 : 0;
  for (let at = skipMark; at < frame.length; ) {
    const end = lineEnd(frame, at);
    if (startsField(frame, at, end, 'data')) {
      const value = Math.min(at + 'data:'.length, end);
      const start = frame[value] === SPACE && value < end ? value + 1 : value;
      lines.push({ line: at, start, end });
    } else if (startsField(frame, at, end, 'event')) named = true;
    at = end + eolLength(frame, end);
    // The last line end may be half of one: its LF comes with the next chunk.
    if (at > end && eol === '') eol = frame.toString('latin1', end, at);
  }
  const [first] = lines;
  if (first === undefined) return undefined;
  const data =
    lines.length === 1
      ? frame.subarray(first.start, first.end)
      : Buffer.from(
          lines.map(({ start, end }) => frame.toString('latin1', start, end)).join('\n'),
          'latin1',
        );
  return { data, lines, named, eol: eol || '\n' };
}

/** The frame with other data; further lines of it go where the first stands. */
export function withData(frame: Buffer, { lines, eol }: EventFields, data: Uint8Array): Buffer {
  const text = Buffer.from(data.buffer, data.byteOffset, data.length).toString('latin1');
  const parts: Buffer[] = [];
  let from = 0;
  lines.forEach(({ line, start, end }, position) => {
    if (position === 0) {
      parts.push(frame.subarray(0, start));
      parts.push(Buffer.from(text.split(/\r\n|\n|\r/).join(`${eol}data: `), 'latin1'));
      from = lines.length === 1 ? end : end + eolLength(frame, end);
      if (from > end) parts.push(Buffer.from(eol));
    } else {
      parts.push(frame.subarray(from, line));
      from = end + eolLength(frame, end);
    }
  });
  parts.push(frame.subarray(from));
  return Buffer.concat(parts);
}

/** Writes an event of one line of data. */
export function writeEvent(name: string | undefined, data: Uint8Array, eol: string): Buffer {
  const head = name === undefined ? '' : `event: ${name}${eol}`;
  return Buffer.concat([Buffer.from(`${head}data: `), data, Buffer.from(eol + eol)]);
}

function startsField(frame: Buffer, at: number, end: number, name: string): boolean {
  const after = at + name.length;
  if (after > end || frame.toString('latin1', at, after) !== name) return false;
  return after === end || frame[after] === 0x3a;
}

function lineEnd(frame: Buffer, at: number): number {
  let end = at;
  while (end < frame.length && frame[end] !== LF && frame[end] !== CR) end++;
  return end;
}

function eolLength(frame: Buffer, at: number): number {
  if (at >= frame.length) return 0;
  return frame[at] === CR && frame[at + 1] === LF ? 2 : 1;
}

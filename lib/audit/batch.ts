import { type LineHash, ZERO_HASH } from './leaf.ts';
import { NODE_BYTES } from './node.ts';
import { type ParsedLine, parseLine } from './parse.ts';

/** Lines that are good by themselves and follow one another; compact, to pass between threads. */
export interface Batch {
  /** The first line's place, as it says itself. */
  readonly first: number;
  readonly prevHash: LineHash;
  /** The lines' hashes, 32 bytes each. */
  readonly hashes: Uint8Array;
  /** Their `ts`, 24 characters each. */
  readonly stamps: string;
  /** Their types by their places in `types`. */
  readonly kinds: Uint8Array;
  readonly types: readonly string[];
  /** The lines that say something of the chain, by their places here. */
  readonly special: ReadonlyMap<number, ParsedLine>;
}

export const STAMP_LENGTH = 'YYYY-MM-DDThh:mm:ss.mmmZ'.length;

const SPECIAL: ReadonlySet<string> = new Set(['checkpoint', 'rotation']);

const NEWLINE = 0x0a;

/**
 * Parses lines, each with its newline.
 *
 * @returns undefined where anything is wrong: what it is, reading one after another tells
 */
export function parseLines(bytes: Buffer): Batch | undefined {
  const lines: ParsedLine[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(NEWLINE, at);
    const before = lines.at(-1);
    const due = before === undefined ? {} : { seq: before.seq + 1, prevHash: before.hash };
    const line = end < 0 ? undefined : parseLine(bytes.subarray(at, end), due);
    if (line === undefined || 'fault' in line) return undefined;
    lines.push(line);
    at = end + 1;
  }
  return batchOf(lines);
}

function batchOf(lines: readonly ParsedLine[]): Batch | undefined {
  const hashes = Buffer.alloc(NODE_BYTES * lines.length);
  const kinds = new Uint8Array(lines.length);
  const types = [...new Set(lines.map(({ type }) => type))];
  if (types.length > 255) return undefined;
  const special = new Map<number, ParsedLine>();
  let stamps = '';
  for (const [at, line] of lines.entries()) {
    hashes.write(line.hash, NODE_BYTES * at, 'base64');
    kinds[at] = types.indexOf(line.type);
    stamps += line.ts;
    if (SPECIAL.has(line.type)) special.set(at, line);
  }
  const { seq: first = 0, prevHash = ZERO_HASH } = lines[0] ?? {};
  return { first, prevHash, hashes, stamps, kinds, types, special };
}

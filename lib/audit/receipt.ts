import { decodeBase64, decodeBase64Of } from './base64.ts';
import { type Checkpoint, openCheckpoint } from './checkpoint.ts';
import { MAX_LINE_BYTES } from './leaf.ts';
import type { LogKey } from './log-key.ts';
import { NODE_BYTES } from './node.ts';
import type { NoteFault } from './note.ts';
import { type ParsedLine, parseLine } from './parse.ts';
import { inclusionRoot, MAX_PROOF } from './proof.ts';
import { padSeq } from './segment.ts';

/** The proof that one line is in the log (C2SP tlog-proof, the line in `extra`). */
export interface Receipt {
  readonly index: number;
  /** The line's bytes without its newline. */
  readonly line: Buffer;
  /** The inclusion proof, from the leaf's sibling up. */
  readonly path: readonly Buffer[];
  /** A checkpoint that covers the line, whole. */
  readonly note: string;
}

/** A receipt that holds: the line is in the log that signed the checkpoint. */
export interface VerifiedReceipt {
  readonly line: ParsedLine;
  readonly checkpoint: Checkpoint;
  readonly receipt: Receipt;
}

const HEADER = 'c2sp.org/tlog-proof@v1';
const EXTRA = 'extra ';
const INDEX = /^index (0|[1-9]\d{0,14})$/;

/** A line in base64, a proof, and a note with witnesses; nothing that is longer is read. */
export const MAX_RECEIPT_BYTES = 1_200_000;

/** The name of a receipt's file. */
export function receiptName(index: number): string {
  return `${padSeq(index)}.tlog-proof`;
}

/** Writes a receipt. */
export function formatReceipt({ index, line, path, note }: Receipt): string {
  const siblings = path.map((node) => `${node.toString('base64')}\n`).join('');
  return `${HEADER}\n${EXTRA}${line.toString('base64')}\nindex ${index}\n${siblings}\n${note}`;
}

/** Reads a receipt, whoever made it. */
export function parseReceipt(source: Buffer): Receipt | NoteFault {
  if (source.length > MAX_RECEIPT_BYTES) return { fault: 'the receipt is too long' };
  const text = source.toString('utf8');
  const end = text.indexOf('\n\n');
  const [header, extra, indexLine, ...siblings] = text.slice(0, Math.max(end, 0)).split('\n');
  if (header !== HEADER) return { fault: 'not a receipt: it does not begin as a tlog-proof' };
  const line = extra?.startsWith(EXTRA) ? decodeBase64(extra.slice(EXTRA.length)) : undefined;
  if (line === undefined || line.length > MAX_LINE_BYTES) {
    return { fault: 'its extra data is not the base64 of a line' };
  }
  const digits = INDEX.exec(indexLine ?? '')?.[1];
  if (digits === undefined) return { fault: 'it has no index' };
  const path: Buffer[] = [];
  for (const sibling of siblings.slice(0, MAX_PROOF + 1)) {
    const node = decodeBase64Of(NODE_BYTES, sibling);
    if (node === undefined) return { fault: 'its proof is not base64 hashes' };
    path.push(node);
  }
  return { index: Number(digits), line, path, note: text.slice(end + 2) };
}

/** Verifies a receipt with nothing but the log's key. */
export function openReceipt(source: Buffer, key: LogKey): VerifiedReceipt | NoteFault {
  const receipt = parseReceipt(source);
  if ('fault' in receipt) return receipt;
  const checkpoint = openCheckpoint(receipt.note, key);
  if ('fault' in checkpoint) return checkpoint;
  return placeReceipt(receipt, checkpoint);
}

/** Holds a receipt against its checkpoint, which was verified. */
export function placeReceipt(
  receipt: Receipt,
  checkpoint: Checkpoint,
): VerifiedReceipt | NoteFault {
  const { index, path } = receipt;
  const line = parseLine(receipt.line, { seq: index });
  if ('fault' in line) return { fault: `its line: ${line.fault}` };
  const root = inclusionRoot(Buffer.from(line.hash, 'base64'), index, checkpoint.size, path);
  if (root?.equals(checkpoint.root) !== true) {
    return { fault: `the proof does not lead from line ${index} to the checkpoint's root` };
  }
  return { line, checkpoint, receipt };
}

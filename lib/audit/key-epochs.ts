import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { damaged } from './damage.ts';
import type { KeptNote } from './kept-notes.ts';
import type { KeyEpoch, LogKey } from './log-key.ts';
import type { NoteFault } from './note.ts';
import { membersOf, type ParsedLine } from './parse.ts';
import { openReceipt } from './receipt.ts';
import { parseVkey } from './vkey.ts';

/** What the receipts of key epochs end in; others may lie beside them. */
const RECEIPT_SUFFIX = '.tlog-proof';

/** What a checkpoint has that ends an epoch. A receipt without it announces nothing. */
const NEXT = '\nnext ';

/** A key took over: what its receipt proves. */
export interface ProvenEpoch extends KeyEpoch {
  /** The line that announced it. */
  readonly line: ParsedLine;
  /** The proof of that line, the last one that the closing checkpoint covers. */
  readonly path: readonly Buffer[];
  /** The last checkpoint of the key before it. */
  readonly closing: Omit<KeptNote, 'file'>;
}

/** Whether bytes are a receipt of a key epoch, as far as they say. */
export function isEpochReceipt(source: Buffer): boolean {
  return source.includes(NEXT);
}

/**
 * Verifies the receipt of a key epoch, under the keys before it: the last of them signed that this
 * key signs for all sizes after its last one, and the log's line of that number says so too.
 */
export function openEpoch(source: Buffer, log: LogKey): ProvenEpoch | NoteFault {
  const opened = openReceipt(source, log);
  if ('fault' in opened) return opened;
  const { line, checkpoint, receipt } = opened;
  const key = parseVkey(checkpoint.next ?? '');
  if (key?.name !== log.name) return { fault: 'its checkpoint names no next key of this log' };
  if (checkpoint.size !== line.seq + 1)
    return { fault: 'its checkpoint does not end with its line' };
  if (line.type !== 'key' || membersOf(line)['vkey'] !== checkpoint.next) {
    return { fault: 'its line does not announce the key that its checkpoint names' };
  }
  if (checkpoint.size < (log.epochs?.at(-1)?.from ?? 0)) {
    return { fault: 'it is of an epoch that had ended' };
  }
  const closing = { ...checkpoint, note: receipt.note };
  return { from: checkpoint.size + 1, key, line, path: receipt.path, closing };
}

/** A receipt of a key epoch, where it was found. */
export interface FoundEpoch extends ProvenEpoch {
  readonly file: string;
  readonly receipt: Buffer;
}

/** The key epochs that lie beside a chain. */
export interface KeyEpochs {
  /** The first key, with those whose receipts hold, up to the first that does not. */
  readonly key: LogKey;
  readonly found: readonly FoundEpoch[];
  readonly fault?: { readonly file: string; readonly reason: string };
}

/** Takes receipts of key epochs one after the other; its key knows those that it has taken. */
export function startEpochs(first: LogKey) {
  const epochs: KeyEpoch[] = [];
  const key: LogKey = { ...first, epochs };
  const found: FoundEpoch[] = [];
  return {
    key,
    found,
    /** @returns what is wrong with it */
    take(receipt: Buffer, file: string): string | undefined {
      const epoch = openEpoch(receipt, key);
      if ('fault' in epoch) return epoch.fault;
      epochs.push({ from: epoch.from, key: epoch.key });
      found.push({ ...epoch, file, receipt });
      return undefined;
    },
  };
}

/** What {@link startEpochs} gives: it grows while the log does. */
export type GrowingEpochs = ReturnType<typeof startEpochs>;

/**
 * Reads the receipts of key epochs in a folder, in the order of their names, each verified under
 * the keys before it.
 *
 * @param first - the key that is trusted
 */
export async function readKeyEpochs(
  folder: string,
  first: LogKey,
): Promise<KeyEpochs & GrowingEpochs> {
  const epochs = startEpochs(first);
  const fault = await takeEpochs(folder, epochs);
  return fault === undefined ? epochs : { ...epochs, fault };
}

/**
 * Takes what a folder holds and was not taken before, up to the first that is not genuine.
 *
 * @returns which that is
 */
export async function takeEpochs(
  folder: string,
  epochs: GrowingEpochs,
): Promise<KeyEpochs['fault']> {
  const taken = new Set(epochs.found.map(({ file }) => file));
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  for (const file of names.sort()) {
    if (!file.endsWith(RECEIPT_SUFFIX) || taken.has(file)) continue;
    const bytes = await readFile(join(folder, file));
    const reason = isEpochReceipt(bytes) ? epochs.take(bytes, file) : undefined;
    if (reason !== undefined) return { file, reason };
  }
  return undefined;
}

/** The last checkpoints of keys that were followed by another one. */
export function closingNotes(found: readonly FoundEpoch[]): readonly KeptNote[] {
  return found.map(({ closing, file }) => ({ ...closing, file }));
}

/**
 * The key epochs of a chain that is here.
 *
 * @throws WaterwallError `chain-damaged` where a receipt is not genuine
 */
export async function openKeyEpochs(chainFolder: string, first: LogKey): Promise<GrowingEpochs> {
  const epochs = await readKeyEpochs(chainFolder, first);
  const { fault } = epochs;
  if (fault === undefined) return epochs;
  throw damaged(chainFolder, `${fault.file} is no receipt of a key epoch: ${fault.reason}`);
}

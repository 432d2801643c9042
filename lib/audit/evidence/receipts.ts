import { formatReceipt, receiptName } from '../receipt.ts';
import { type Place, readLines } from './chain-lines.ts';
import type { Snapshot } from './snapshot.ts';

/** A receipt, and where its line begins. */
export interface MadeReceipt {
  readonly name: string;
  readonly content: Buffer;
  readonly at: Place;
}

/**
 * Makes the receipts of lines of a range. They are made where they are needed instead of kept:
 * there may be millions.
 *
 * @param seqs - rising
 * @param from - a line that comes after none of them
 */
export async function* makeReceipts(
  { segments, tree, checkpoint }: Snapshot,
  seqs: readonly number[],
  from: Place,
): AsyncGenerator<MadeReceipt> {
  const { size, note } = checkpoint;
  let next = 0;
  for await (const lines of readLines(segments, from)) {
    for (const { bytes, ...at } of lines) {
      const index = at.seq;
      if (index !== seqs[next]) continue;
      const receipt = formatReceipt({
        index,
        line: bytes,
        path: tree.inclusion(index, size),
        note,
      });
      yield { name: `receipts/${receiptName(index)}`, content: Buffer.from(receipt), at };
      if (++next === seqs.length) return;
    }
  }
}

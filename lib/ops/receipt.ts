import { takeSnapshot } from '../audit/evidence/snapshot.ts';
import { readPublicKeys } from '../audit/public-keys.ts';
import { formatReceipt } from '../audit/receipt.ts';
import { walkLines } from '../audit/walk.ts';
import { filesOf } from '../config/files.ts';
import type { Homes } from '../config/types.ts';
import { WaterwallError } from '../errors.ts';

/**
 * Makes the receipt of one line of a home's log, by its latest checkpoint. Needs no daemon.
 *
 * @throws WaterwallError `usage` where there is no such line, or none that is signed yet;
 *   `chain-damaged`, `file-missing`, `io-error`
 */
export async function makeReceipt(homes: Homes, seq: number): Promise<string> {
  const files = filesOf(homes);
  const keys = await readPublicKeys(files.signingPublicKey);
  const snapshot = await takeSnapshot(files.chain, homes.log, keys.log, {}, () => {});
  const { tree, checkpoint, segments } = snapshot;
  if (seq >= checkpoint.size) throw notSigned(seq, checkpoint.size);
  const segment = segments.findLast(({ first }) => first <= seq);
  let line: Buffer | undefined;
  let at = segment?.first ?? 0;
  await walkLines(segment?.path ?? '', (bytes) => {
    if (at++ < seq) return true;
    line = Buffer.from(bytes);
    return false;
  });
  if (line === undefined) throw notSigned(seq, checkpoint.size);
  const path = tree.inclusion(seq, checkpoint.size);
  return formatReceipt({ index: seq, line, path, note: checkpoint.note });
}

function notSigned(seq: number, size: number): WaterwallError<'usage'> {
  return new WaterwallError('usage', `line ${seq} is not there, or not signed yet`, {
    fix: `name a line from 0 to ${size - 1}`,
  });
}

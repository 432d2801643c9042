import { damaged } from '../audit/damage.ts';
import { makeReceipts } from '../audit/evidence/receipts.ts';
import { takeSnapshot } from '../audit/evidence/snapshot.ts';
import { readPublicKeys } from '../audit/public-keys.ts';
import { filesOf } from '../config/files.ts';
import type { Homes } from '../config/types.ts';
import { requireSetUp } from './home-parts.ts';

/**
 * Makes the receipt of one line of a home's log, by the earliest checkpoint of the chain that covers it. Needs no daemon.
 *
 * @throws WaterwallError `usage` where there is no such line, or not any more, or none that is signed;
 *   `chain-damaged`, `file-missing`, `io-error`
 */
export async function makeReceipt(homes: Homes, seq: number): Promise<string> {
  requireSetUp(homes);
  const files = filesOf(homes);
  const keys = await readPublicKeys(files.signingPublicKey);
  const snapshot = await takeSnapshot(files.chain, homes.log, keys.log, { line: seq });
  for await (const { content } of makeReceipts(snapshot, [seq], snapshot.from)) {
    return content.toString('utf8');
  }
  throw damaged(files.chain, `line ${seq} is not there any more`);
}

import { join } from 'node:path';
import { createFile } from '../../config/atomic.ts';
import { readChainLines } from '../chain-leaves.ts';
import { damaged } from '../damage.ts';
import { type GrowingEpochs, openEpoch } from '../key-epochs.ts';
import { currentKey } from '../log-key.ts';
import { formatReceipt, receiptName } from '../receipt.ts';
import type { SignerConnection } from '../signer/connection.ts';
import type { SignedHead } from '../signer/protocol.ts';
import { readTree } from '../signer/signed-tree.ts';
import { formatVkey } from '../vkey.ts';
import { signedFault } from './check.ts';

/**
 * Lets the next key take over: its receipt is made of the last checkpoint of the key before it, and
 * is durable before that one is destroyed.
 *
 * @param line - the line that announces the key, the last one of `head`
 */
export async function changeKey(
  chainFolder: string,
  epochs: GrowingEpochs,
  signer: SignerConnection,
  head: SignedHead,
  line: Buffer,
): Promise<void> {
  const index = head.size - 1;
  const path = readTree(head)?.path ?? [];
  const receipt = Buffer.from(formatReceipt({ index, line, path, note: head.note }));
  const opened = openEpoch(receipt, epochs.key);
  if ('fault' in opened) throw new Error(`the signer's answer is not believed: ${opened.fault}`);
  const name = receiptName(index);
  if (!createFile(join(chainFolder, name), receipt)) throw damaged(chainFolder, `${name} is there`);
  epochs.take(receipt, name);
  await signer.openEpoch();
}

/**
 * The last checkpoint of the epoch before, where the log has not grown since: the key that signs now
 * signs for more lines alone.
 */
export function closedHead({ found }: GrowingEpochs, size: number): SignedHead | undefined {
  const last = found.at(-1);
  if (last?.closing.size !== size) return undefined;
  const { hash } = last.line;
  const path = last.path.map((node) => node.toString('base64'));
  return { size, leaf: hash, path, note: last.closing.note };
}

/**
 * Finishes a change of keys that was cut short after the signer had closed the epoch.
 *
 * @returns the epoch's last checkpoint, where it was not kept yet
 */
export async function finishChange(
  chainFolder: string,
  epochs: GrowingEpochs,
  signer: SignerConnection,
): Promise<SignedHead | undefined> {
  const { next, size, leaf } = signer.head;
  if (next === undefined) return undefined;
  if (next === formatVkey(currentKey(epochs.key))) {
    await signer.openEpoch();
    return undefined;
  }
  const head = await signer.sign(true);
  const fault = signedFault(head, { size, leaf }, epochs.key);
  if (fault !== undefined) throw new Error(`the signer's answer is not believed: ${fault}`);
  let line: Buffer | undefined;
  await readChainLines(chainFolder, size - 1, size, (_, bytes) => {
    line = Buffer.from(bytes);
  });
  await changeKey(chainFolder, epochs, signer, head, line ?? Buffer.alloc(0));
  return head;
}

import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { WaterwallError } from '../../errors.ts';
import { readLeaves } from '../chain-leaves.ts';
import { CHAIN_FOLDER } from '../folder.ts';
import { ZERO_HASH } from '../leaf.ts';
import { parseLine } from '../parse.ts';
import { type PublicKeys, parsePublicKeys } from '../public-keys.ts';
import { segmentAt } from '../segment.ts';
import type { SignerHead } from '../signer/protocol.ts';
import { readFirstLine } from '../tail.ts';
import { formatVkey } from '../vkey.ts';
import type { WaitingLeaves } from './waiting-leaves.ts';

/** Why log and signer do not belong together; the log must not go on. */
export type Mismatch = WaterwallError<'audit-unavailable'>;

/**
 * Holds the log's durable lines against what the signer has signed: share/SPEC-audit.md section 13.
 * Afterwards all that it has not signed is in `waiting`.
 *
 * @param keys - what `signing.pub` says
 * @param now - of the clock by which lines wait
 * @returns why log and signer do not belong together
 * @throws WaterwallError `chain-damaged` where lines cannot be read back
 */
export async function matchSigner(
  logFolder: string,
  waiting: WaitingLeaves,
  head: SignerHead,
  keys: PublicKeys,
  now: number,
): Promise<Mismatch | undefined> {
  const length = waiting.from + waiting.count;
  if (!isOwn(head, keys)) {
    return mismatch(
      'the signer has other keys than signing.pub: it is the signer of another log',
      'put back the signing.pub and the signer folder that belong to this log',
    );
  }
  if (head.size > length) {
    return mismatch(
      `the signer has signed ${head.size} lines of the audit log, and there are ${length}: lines are missing`,
      'put the whole log back from a backup that has them',
    );
  }
  if (head.size < waiting.from) {
    const fault = await readBack(join(logFolder, CHAIN_FOLDER), waiting, head, keys);
    if (fault !== undefined) return fault;
  }
  const known = waiting.after(head.size);
  if (known?.anchor === head.leaf) {
    waiting.drop(head.size, waiting.since ?? now);
    return undefined;
  }
  return mismatch(
    `the first ${head.size} lines of the audit log are not those that the signer has signed: they were changed`,
    'put the log back as it was, from a backup',
  );
}

/** Reads the lines between what the signer has and what is known here. */
async function readBack(
  chain: string,
  waiting: WaitingLeaves,
  head: SignerHead,
  keys: PublicKeys,
): Promise<Mismatch | undefined> {
  const { from } = waiting;
  if (head.size === 0) {
    if (await beganWith(chain, keys)) {
      waiting.prepend(await readLeaves(chain, 0, from), ZERO_HASH);
      return undefined;
    }
    return mismatch(
      `the audit log has ${from} lines and the signer has signed none of them: the log began before these keys, or the signer's state was lost`,
      "put the signer's folder back",
    );
  }
  const [anchor = ZERO_HASH, ...leaves] = await readLeaves(chain, head.size - 1, from);
  waiting.prepend(leaves, anchor);
  return undefined;
}

function isOwn(head: SignerHead, keys: PublicKeys): boolean {
  const told = parsePublicKeys(head.public_keys);
  if (told?.manifest === undefined || keys.manifest === undefined) return false;
  return (
    formatVkey(told.log) === formatVkey(keys.log) &&
    formatVkey(told.manifest) === formatVkey(keys.manifest)
  );
}

/** Whether line 0 names this key: a log that was cut short before its first signature does. */
async function beganWith(chain: string, keys: PublicKeys): Promise<boolean> {
  const file = await open(segmentAt(chain, 0).path, 'r').catch(() => undefined);
  if (file === undefined) return false;
  try {
    const bytes = await readFirstLine(file);
    const line = bytes === undefined ? undefined : parseLine(bytes, { seq: 0 });
    if (bytes === undefined || line === undefined || 'fault' in line) return false;
    const { vkey } = JSON.parse(bytes.toString('utf8')) as { vkey?: unknown };
    return line.type === 'key' && vkey === formatVkey(keys.log);
  } finally {
    await file.close();
  }
}

function mismatch(message: string, fix: string): Mismatch {
  return new WaterwallError('audit-unavailable', message, {
    fix: `${fix}, then start again; or keep this log as it is and begin a new one that names it: \`waterwall init --new-log\``,
    details: { chain: 'refused' },
  });
}

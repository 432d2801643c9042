import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { WaterwallError } from '../../errors.ts';
import { readLeaves } from '../chain-leaves.ts';
import { CHAIN_FOLDER } from '../folder.ts';
import { ZERO_HASH } from '../leaf.ts';
import { currentKey } from '../log-key.ts';
import { type ParsedLine, parseLine } from '../parse.ts';
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
 * @param onAnnounced - told of each line that announces a key, with the size of the log up to it
 * @returns why log and signer do not belong together
 * @throws WaterwallError `chain-damaged` where lines cannot be read back
 */
export async function matchSigner(
  logFolder: string,
  waiting: WaitingLeaves,
  head: SignerHead,
  keys: PublicKeys,
  now: number,
  onAnnounced: (size: number, line: Buffer) => void,
): Promise<Mismatch | undefined> {
  const length = waiting.from + waiting.count;
  if (!isOwn(head, keys)) {
    return mismatch(
      'the signer has other keys than signing.pub: it is the signer of another log',
      'put back the signing.pub and the signer folder that belong to this log',
    );
  }
  const other = epochFault(head, keys);
  if (other !== undefined) return other;
  if (head.size > length) {
    return mismatch(
      `the signer has signed ${head.size} lines of the audit log, and there are ${length}: lines are missing`,
      'put the whole log back from a backup that has them',
    );
  }
  if (head.size < waiting.from) {
    const fault = await readBack(
      join(logFolder, CHAIN_FOLDER),
      waiting,
      head,
      keys,
      (line, bytes) => {
        if (isAnnouncement(line)) onAnnounced(line.seq + 1, Buffer.from(bytes));
      },
    );
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
  visit: (line: ParsedLine, bytes: Buffer) => void,
): Promise<Mismatch | undefined> {
  const { from } = waiting;
  if (head.size === 0) {
    if (await beganWith(chain, keys)) {
      waiting.prepend(await readLeaves(chain, 0, from, visit), ZERO_HASH);
      return undefined;
    }
    return mismatch(
      `the audit log has ${from} lines and the signer has signed none of them: the log began before these keys, or the signer's state was lost`,
      "put the signer's folder back",
    );
  }
  const [anchor = ZERO_HASH, ...leaves] = await readLeaves(
    chain,
    head.size - 1,
    from,
    (line, bytes) => line.seq >= head.size && visit(line, bytes),
  );
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

/** Whether a line announces the key of the next epoch; line 0 names the first one. */
export function isAnnouncement({ type, seq }: Pick<ParsedLine, 'type' | 'seq'>): boolean {
  return type === 'key' && seq > 0;
}

/** The signer's key has to be the latest one whose receipt is here, or the one before it. */
function epochFault({ vkey, next }: SignerHead, { log }: PublicKeys): Mismatch | undefined {
  const latest = formatVkey(currentKey(log));
  // One of an earlier version knows no epochs.
  if (latest === (vkey ?? formatVkey(log)) || latest === next) return undefined;
  const earlier = [log, ...(log.epochs ?? []).map(({ key }) => key)];
  if (earlier.some((key) => formatVkey(key) === vkey)) {
    return mismatch(
      'the signer has the key of an epoch that has ended: its folder is from an older backup',
      'put back the signer folder as it was last',
    );
  }
  return mismatch(
    'the signer has a key whose receipt is not in the chain folder',
    'put back the receipts of key epochs (chain/*.tlog-proof), all of them',
  );
}

/** Why the signer will never sign what is in the log; undefined where it may yet. */
export function mismatchOf(error: Error): Mismatch | undefined {
  const code = error instanceof WaterwallError ? error.details?.['signer_code'] : undefined;
  if (code !== 'other-key') return undefined;
  return mismatch(
    `the audit log announces a key that the signer does not hold (${error.message})`,
    'put back log and signer folder as they belong together',
  );
}

/** Why nothing that is signed can be believed: a receipt of a key epoch is not genuine. */
export function forgedEpoch({ file, reason }: { file: string; reason: string }): Mismatch {
  return mismatch(
    `${file} in the chain folder is no receipt of a key epoch: ${reason}`,
    'put it back from a backup',
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

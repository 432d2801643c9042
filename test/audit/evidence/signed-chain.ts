import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { signCheckpoint } from '../../../lib/audit/checkpoint.ts';
import { signEnvelope } from '../../../lib/audit/dsse.ts';
import { publicKeyOf } from '../../../lib/audit/ed25519.ts';
import type { EvidenceOptions } from '../../../lib/audit/evidence/export.ts';
import { sourcesOf } from '../../../lib/audit/evidence/request.ts';
import { leafHash, ZERO_HASH } from '../../../lib/audit/leaf.ts';
import { buildLine } from '../../../lib/audit/line.ts';
import { formatPublicKeys, type PublicKeys } from '../../../lib/audit/public-keys.ts';
import { padSeq } from '../../../lib/audit/segment.ts';
import { openTree } from '../../../lib/audit/tree.ts';
import type { LineFields, LineType } from '../../../lib/audit/types.ts';
import { verifierKey } from '../../../lib/audit/vkey.ts';
import { tempFolder } from '../logs.ts';

const SEED = Buffer.alloc(32, 7);

export const KEYS: Required<PublicKeys> = {
  log: verifierKey('waterwall.local/test', publicKeyOf(SEED)),
  manifest: verifierKey('waterwall.local/test/manifest', publicKeyOf(SEED)),
};

export const sign: EvidenceOptions['sign'] = async (payload) =>
  signEnvelope(payload, KEYS.manifest, SEED);

/** A line of a chain that is made for a test. */
export interface MadeLine {
  readonly type: LineType;
  readonly fields?: LineFields;
  /** Milliseconds since the epoch. */
  readonly ts: number;
}

export const redaction = (ts: number, hmac = '0'.repeat(16)): MadeLine => ({
  type: 'redaction',
  ts,
  fields: { host: 'h', redactions: [{ type: 'JWT_TOKEN', hmac }], policy_hash: 'p' },
});

/**
 * A log folder with these lines; after each `every` of them a checkpoint line, all signed at the end.
 *
 * @returns the folder, the times of all lines, and how the log's key signs for the first `size` of them
 */
export function signedChain(lines: readonly MadeLine[], every: number) {
  const folder = tempFolder();
  const chain = join(folder, 'chain');
  mkdirSync(chain);
  const tree = openTree();
  const times: number[] = [];
  let head = { length: 0, hash: ZERO_HASH as string };
  let segment: Buffer[] = [];
  let first = 0;
  const add = ({ type, fields = {}, ts }: MadeLine): void => {
    const bytes = buildLine(head, new Date(ts), type, fields);
    const hash = leafHash(bytes.subarray(0, -1));
    tree.add(Buffer.from(hash, 'base64'));
    head = { length: head.length + 1, hash };
    times.push(ts);
    segment.push(bytes);
    if (type === 'rotation') close();
  };
  const close = (): void => {
    writeFileSync(join(chain, `${padSeq(first)}.jsonl`), Buffer.concat(segment));
    first = head.length;
    segment = [];
  };
  const note = (size: number): string => signCheckpoint(size, tree.root(size), KEYS.log, SEED);
  for (const [index, line] of lines.entries()) {
    add(line);
    const size = head.length;
    if ((index + 1) % every !== 0 || line.type === 'rotation') continue;
    const path = tree.inclusion(size - 1, size).map((node) => node.toString('base64'));
    add({ type: 'checkpoint', ts: line.ts, fields: { size, path, note: note(size) } });
  }
  close();
  writeFileSync(join(folder, 'checkpoint'), note(head.length));
  return { folder, chain, times, note };
}

/** What an export of such a log takes. */
export function sourcesIn(folder: string) {
  return sourcesOf({
    chain: join(folder, 'chain'),
    log: folder,
    manifests: join(folder, 'manifests'),
    publicKeys: formatPublicKeys(KEYS),
    policy: '{}',
    policyHash: 'p',
    out: '',
    overwrite: false,
  });
}

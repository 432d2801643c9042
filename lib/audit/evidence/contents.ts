import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WaterwallError } from '../../errors.ts';
import { damaged } from '../damage.ts';
import { readKeptNotes } from '../kept-notes.ts';
import { parseLine } from '../parse.ts';
import type { PublicKeys } from '../public-keys.ts';
import { formatReceipt, receiptName } from '../receipt.ts';
import { padSeq, type Segment } from '../segment.ts';
import { walkLines } from '../walk.ts';
import * as names from './names.ts';
import { followSessions } from './sessions.ts';
import type { Snapshot } from './snapshot.ts';
import { createRangeStats, type RangeStats, withMembers } from './stats.ts';

/** Where the evidence lies. */
export interface EvidenceSources {
  readonly chain: string;
  /** The log folder: checkpoints. */
  readonly log: string;
  /** Session manifests. */
  readonly manifests: string;
  readonly keys: PublicKeys;
  /** The text of `signing.pub`. */
  readonly publicKeys: Buffer;
  /** The policy in force, as JSON, and its hash. */
  readonly policy: Buffer;
  readonly policyHash: string;
  readonly specification: Buffer;
  readonly verifier: Buffer;
}

/** A file of a bundle: its bytes, or where they lie. */
export interface BundleFile {
  readonly name: string;
  readonly size: number;
  /** Hex. */
  readonly sha256: string;
  readonly content: Buffer | { readonly path: string; readonly start: number };
}

/** All of a bundle but its manifest. */
export interface BundleContents {
  /** In the order of their names. */
  readonly files: readonly BundleFile[];
  readonly stats: RangeStats;
  readonly receipts: number;
  readonly manifests: number;
}

/** A manifest that lists more files would be too large for the signer. */
export const MAX_RECEIPTS = 20_000;

/**
 * Collects what a bundle holds.
 *
 * @throws WaterwallError `chain-damaged`, `usage` where there are too many receipts, `io-error`
 */
export async function collectContents(
  sources: EvidenceSources,
  snapshot: Snapshot,
  onLines: (done: number, total: number) => void,
): Promise<BundleContents> {
  const { first, last, checkpoint, tree } = snapshot;
  const { note } = checkpoint;
  const stats = createRangeStats();
  const sessions = followSessions(first);
  const receipts: BundleFile[] = [];
  const chain: BundleFile[] = [];
  for (const [index, segment] of snapshot.segments.entries()) {
    const next = snapshot.segments[index + 1]?.first ?? Number.POSITIVE_INFINITY;
    if (next <= first || segment.first > last) continue;
    const part = startPart(segment, first);
    let seq = segment.first;
    let fault: string | undefined;
    await walkLines(segment.path, (bytes) => {
      if (seq < first) part.skip(bytes);
      if (seq < first) return ++seq <= last;
      if (seq > last) return false;
      const read = parseLine(bytes, { seq });
      if ('fault' in read) {
        fault = read.fault;
        return false;
      }
      const line = withMembers(read);
      part.take(bytes);
      stats.add(line);
      sessions.add(line);
      if (line.type === 'redaction' || seq === last) {
        if (receipts.length === MAX_RECEIPTS) throw tooMany();
        const path = tree.inclusion(seq, checkpoint.size);
        const receipt = formatReceipt({ index: seq, line: bytes, path, note });
        receipts.push(inMemory(`receipts/${receiptName(seq)}`, Buffer.from(receipt)));
      }
      if ((seq - first) % 1000 === 0) onLines(seq - first, last - first + 1);
      return ++seq <= last;
    });
    if (fault !== undefined) throw damaged(segment.path, fault);
    if (part.size > 0) chain.push(part.file());
  }
  const sum = stats.sum();
  if (sum?.lines !== last - first + 1) throw damaged(sources.chain, 'lines are missing');
  const manifests = await readManifests(sources.manifests, sessions.logged);
  const files = [
    inMemory(names.SPECIFICATION, sources.specification),
    ...chain,
    inMemory(names.CHECKPOINT, Buffer.from(note)),
    inMemory(names.NOTES, await keptNotes(sources, first, last)),
    ...manifests,
    inMemory(names.POLICY, sources.policy),
    ...receipts,
    inMemory(names.PUBLIC_KEYS, sources.publicKeys),
    inMemory(names.VERIFIER, sources.verifier),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { files, stats: sum, receipts: receipts.length, manifests: manifests.length };
}

/** The part of a segment that lies in the range: one run of bytes. */
function startPart(segment: Segment, first: number) {
  const hash = createHash('sha256');
  const newline = Buffer.from('\n');
  let start = 0;
  let size = 0;
  return {
    get size() {
      return size;
    },
    skip(line: Buffer): void {
      start += line.length + 1;
    },
    take(line: Buffer): void {
      hash.update(line).update(newline);
      size += line.length + 1;
    },
    file: (): BundleFile => ({
      name: `chain/${padSeq(Math.max(segment.first, first))}.jsonl`,
      size,
      sha256: hash.digest('hex'),
      content: { path: segment.path, start },
    }),
  };
}

function inMemory(name: string, content: Buffer): BundleFile {
  return { name, size: content.length, sha256: sha256(content), content };
}

async function readManifests(
  folder: string,
  logged: readonly { readonly file: string; readonly sha256: string }[],
): Promise<BundleFile[]> {
  const files: BundleFile[] = [];
  for (const { file, sha256: expected } of logged) {
    const path = join(folder, file);
    const content = await readFile(path).catch((cause: unknown) => {
      throw damaged(path, 'a session manifest of the log cannot be read', cause);
    });
    if (sha256(content) !== expected) throw damaged(path, 'a session manifest was changed');
    files.push(inMemory(`manifests/${file}`, content));
  }
  return files;
}

/** The kept checkpoints that are of the range. */
async function keptNotes(
  { log, keys }: EvidenceSources,
  first: number,
  last: number,
): Promise<Buffer> {
  const { notes } = await readKeptNotes(log, keys.log);
  const own = notes
    .filter(({ file, size }) => file !== names.CHECKPOINT && size > first && size <= last + 1)
    .sort((a, b) => a.size - b.size);
  return Buffer.from(own.map(({ note }) => `${note}\n`).join(''));
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function tooMany(): WaterwallError<'usage'> {
  return new WaterwallError(
    'usage',
    `there are more than ${MAX_RECEIPTS} redactions in that time`,
    {
      fix: 'export it in parts with --since and --until',
    },
  );
}

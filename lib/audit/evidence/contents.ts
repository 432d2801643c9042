import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { damaged } from '../damage.ts';
import { readKeptNotes } from '../kept-notes.ts';
import type { PublicKeys } from '../public-keys.ts';
import { BATCH_FILES, batchName, formatBatch } from './batches.ts';
import type { Place } from './chain-lines.ts';
import * as names from './names.ts';
import type { RangeLines } from './range-lines.ts';
import { type MadeReceipt, makeReceipts } from './receipts.ts';
import type { LoggedSession } from './sessions.ts';
import type { Snapshot } from './snapshot.ts';
import type { RangeStats } from './stats.ts';

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
  readonly content: Buffer | { readonly path: string; readonly start: number };
}

/** A file that the manifest lists. */
export interface ListedFile extends BundleFile {
  /** Hex. */
  readonly sha256: string;
  /** Of a batch: the files that it lists, made when they are needed. */
  readonly batch?: () => AsyncIterable<BundleFile> | Iterable<BundleFile>;
}

/** All of a bundle but its manifest. */
export interface BundleContents {
  /** In the order of {@link names.placeOf}. */
  readonly files: readonly ListedFile[];
  readonly stats: RangeStats;
  readonly receipts: number;
  readonly manifests: number;
}

/**
 * Collects what a bundle holds.
 *
 * @param lines - what the lines of the range add up to
 * @throws WaterwallError `chain-damaged`, `io-error`
 */
export async function collectContents(
  sources: EvidenceSources,
  snapshot: Snapshot,
  lines: RangeLines,
  onReceipts: (done: number, total: number) => void,
): Promise<BundleContents> {
  const { first, last, checkpoint } = snapshot;
  const stats = lines.stats();
  if (stats?.lines !== last - first + 1) throw damaged(sources.chain, 'lines are missing');
  const due = lines.redactions.at(-1) === last ? lines.redactions : [...lines.redactions, last];
  const files = [
    inMemory(names.SPECIFICATION, sources.specification),
    ...snapshot.epochs.map(({ file, receipt }) => inMemory(`chain/${file}`, receipt)),
    ...lines.chain(snapshot.segments),
    inMemory(names.CHECKPOINT, Buffer.from(checkpoint.note)),
    inMemory(names.NOTES, await keptNotes(sources, first, last)),
    ...(await manifestBatches(sources.manifests, lines.sessions)),
    inMemory(names.POLICY, sources.policy),
    ...(await receiptBatches(snapshot, due, (done) => onReceipts(done, due.length))),
    inMemory(names.PUBLIC_KEYS, sources.publicKeys),
    inMemory(names.VERIFIER, sources.verifier),
  ].sort((a, b) => (names.placeOf(a.name) < names.placeOf(b.name) ? -1 : 1));
  return { files, stats, receipts: due.length, manifests: lines.sessions.length };
}

function inMemory(name: string, content: Buffer): ListedFile {
  return { name, size: content.length, sha256: sha256(content), content };
}

async function receiptBatches(
  snapshot: Snapshot,
  due: readonly number[],
  onDone: (done: number) => void,
): Promise<ListedFile[]> {
  const batches: ListedFile[] = [];
  for (let done = 0, from: Place | undefined = snapshot.from; done < due.length; ) {
    const seqs = due.slice(done, done + BATCH_FILES);
    const listed: { readonly name: string; readonly sha256: string }[] = [];
    let begin: MadeReceipt | undefined;
    for await (const receipt of makeReceipts(snapshot, seqs, from)) {
      begin ??= receipt;
      listed.push({ name: receipt.name, sha256: sha256(receipt.content) });
      from = receipt.at;
    }
    const { at, name } = begin as MadeReceipt;
    batches.push({
      ...inMemory(batchName(name), formatBatch(listed)),
      batch: () => receiptFiles(snapshot, seqs, at),
    });
    done += seqs.length;
    onDone(done);
  }
  return batches;
}

async function* receiptFiles(
  snapshot: Snapshot,
  seqs: readonly number[],
  from: Place,
): AsyncGenerator<BundleFile> {
  for await (const { name, content } of makeReceipts(snapshot, seqs, from)) {
    yield { name, content, size: content.length };
  }
}

async function manifestBatches(
  folder: string,
  sessions: readonly LoggedSession[],
): Promise<ListedFile[]> {
  const inOrder = sessions.toSorted((a, b) => (a.file < b.file ? -1 : 1));
  const batches: ListedFile[] = [];
  for (let at = 0; at < inOrder.length; at += BATCH_FILES) {
    const files: (BundleFile & { readonly sha256: string })[] = [];
    for (const session of inOrder.slice(at, at + BATCH_FILES)) {
      files.push(await manifestFile(folder, session));
    }
    const name = batchName((files[0] as BundleFile).name);
    batches.push({ ...inMemory(name, formatBatch(files)), batch: () => files });
  }
  return batches;
}

async function manifestFile(folder: string, { file, sha256: expected }: LoggedSession) {
  const path = join(folder, file);
  const content = await readFile(path).catch((cause: unknown) => {
    throw damaged(path, 'a session manifest of the log cannot be read', cause);
  });
  if (sha256(content) !== expected) throw damaged(path, 'a session manifest was changed');
  const { length: size } = content;
  return { name: `manifests/${file}`, size, sha256: expected, content: { path, start: 0 } };
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

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

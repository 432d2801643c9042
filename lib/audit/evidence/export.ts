import { createReadStream } from 'node:fs';
import { Readable, Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { WaterwallError } from '../../errors.ts';
import { EVIDENCE_BUNDLE, formatStatement, openStatement } from '../statement.ts';
import {
  type BundleContents,
  type BundleFile,
  collectContents,
  type EvidenceSources,
  type ListedFile,
} from './contents.ts';
import { MANIFEST } from './names.ts';
import { requireFree, writeNewFile } from './new-file.ts';
import { addUpLines } from './range-lines.ts';
import { type SignedCheckpoint, takeSnapshot } from './snapshot.ts';
import type { EvidenceRange } from './survey.ts';
import { TAR_END, tarHeader, tarPadding } from './tar.ts';

export interface EvidenceOptions extends Omit<EvidenceRange, 'line'> {
  /** The bundle's path. */
  readonly out: string;
  /** Whether what is there may be replaced. */
  readonly overwrite?: boolean | undefined;
  /** Has a payload signed by the manifest key; gives the envelope. */
  sign(payload: Buffer): Promise<string>;
  /** Told how far it is: what is done now, and units of it. */
  tell?(step: string, done: number, total: number): void;
  readonly signal?: AbortSignal | undefined;
}

/** Bytes that are compressed at once. */
const GATHERED = 256 * 1024;

/** Units of progress of each of the three steps. */
const STEP = 100;

/** What was exported. */
export interface EvidenceReport {
  readonly out: string;
  /** Of the bundle. */
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
  readonly lines: number;
  readonly receipts: number;
  readonly manifests: number;
  readonly files: number;
  readonly checkpoint: { readonly size: number; readonly root: string };
}

/**
 * Writes an evidence bundle: whole, or not at all. The log may go on meanwhile; the bundle holds
 * what was signed for when it began.
 *
 * @throws WaterwallError `chain-damaged`, `file-missing`, `file-exists`, `usage`, `io-error`
 */
export async function exportEvidence(
  sources: EvidenceSources,
  options: EvidenceOptions,
): Promise<EvidenceReport> {
  const { out, overwrite = false, tell = () => {}, signal } = options;
  const step = (name: string, before: number) => (done: number, total: number) => {
    signal?.throwIfAborted();
    tell(name, before + Math.floor((STEP * done) / Math.max(1, total)), 3 * STEP);
  };
  requireFree(out, overwrite);
  const { chain, log, keys } = sources;
  const range = addUpLines();
  const snapshot = await takeSnapshot(chain, log, keys.log, {
    since: options.since,
    until: options.until,
    onLine: range.take,
    onRead: step('read the log', 0),
  });
  const onReceipts = step('collect receipts', STEP);
  const contents = await collectContents(sources, snapshot, range, onReceipts);
  const payload = manifestOf(sources, contents, snapshot.checkpoint);
  const envelope = Buffer.from(await options.sign(payload));
  checkEnvelope(envelope, sources);
  const content = gathered(archive(envelope, contents.files, step('write', 2 * STEP)));
  const bytes = await writeNewFile(out, overwrite, (file) => write(file, content));
  const { first, last, lines } = contents.stats;
  const { size, root } = snapshot.checkpoint;
  return {
    out,
    bytes,
    first,
    last,
    lines,
    receipts: contents.receipts,
    manifests: contents.manifests,
    files: contents.files.length + contents.receipts + contents.manifests + 1,
    checkpoint: { size, root: root.toString('base64') },
  };
}

/** The signed list of all files, with what the lines add up to. */
function manifestOf(
  { keys, policyHash }: EvidenceSources,
  { files, stats, receipts, manifests }: BundleContents,
  { size, root }: SignedCheckpoint,
): Buffer {
  return formatStatement(EVIDENCE_BUNDLE, {
    subjects: files.map(({ name, sha256 }) => ({ name, sha256 })),
    predicate: {
      version: 1,
      origin: keys.log.name,
      checkpoint: { size, root: root.toString('base64') },
      ...stats,
      receipts,
      manifests,
      policy_hash: policyHash,
    },
  });
}

/** What the signer gave must be what a verifier will take. */
function checkEnvelope(envelope: Buffer, { keys }: EvidenceSources): void {
  const { manifest } = keys;
  const opened =
    manifest === undefined
      ? { fault: 'signing.pub holds no manifest key' }
      : openStatement(envelope, EVIDENCE_BUNDLE, manifest);
  if (!('fault' in opened)) return;
  throw new WaterwallError('io-error', `the bundle's manifest is no good: ${opened.fault}`, {
    fix: 'see that signing.pub belongs to the signer of this log',
  });
}

async function* archive(
  envelope: Buffer,
  files: readonly ListedFile[],
  tell: (done: number, total: number) => void,
): AsyncGenerator<Buffer> {
  yield* entry({ name: MANIFEST, size: envelope.length, content: envelope });
  for (const [index, file] of files.entries()) {
    tell(index, files.length);
    yield* entry(file);
    for await (const listed of file.batch?.() ?? []) yield* entry(listed);
  }
  yield TAR_END;
}

async function* entry({ name, size, content }: BundleFile): AsyncGenerator<Buffer> {
  yield tarHeader(name, size);
  if (Buffer.isBuffer(content)) yield content;
  else if (size > 0) {
    const { path, start } = content;
    yield* createReadStream(path, { start, end: start + size - 1 }) as AsyncIterable<Buffer>;
  }
  yield tarPadding(size);
}

/** Receipts are small and many: compressing them one by one takes several times as long. */
async function* gathered(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let size = 0;
  for await (const piece of pieces) {
    waiting.push(piece);
    size += piece.length;
    if (size < GATHERED) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    size = 0;
  }
  yield Buffer.concat(waiting);
}

/** The bundle's bytes, compressed. */
async function write(file: Writable, content: AsyncGenerator<Buffer>): Promise<void> {
  await pipeline(Readable.from(content), createGzip(), anonymousHeader(), file);
}

/** Node writes no time into a gzip header, but the system it runs on; a bundle names none. */
function anonymousHeader(): Transform {
  let at = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      const system = 9 - at;
      if (system >= 0 && system < chunk.length) chunk[system] = 255;
      at += chunk.length;
      done(null, chunk);
    },
  });
}

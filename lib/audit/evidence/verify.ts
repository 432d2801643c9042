import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { WaterwallError } from '../../errors.ts';
import { openCheckpoint } from '../checkpoint.ts';
import { readNotes } from '../kept-notes.ts';
import { closingNotes, type GrowingEpochs, isEpochReceipt, startEpochs } from '../key-epochs.ts';
import type { LogKey } from '../log-key.ts';
import { checkNotes } from '../notes-check.ts';
import { createPiece, type Piece } from '../piece.ts';
import { type PublicKeys, parsePublicKeys } from '../public-keys.ts';
import { MAX_RECEIPT_BYTES, parseReceipt, placeReceipt } from '../receipt.ts';
import {
  EVIDENCE_BUNDLE,
  openStatement,
  SESSION_MANIFEST,
  type Statement,
  type Subject,
} from '../statement.ts';
import { walkChunks } from '../walk.ts';
import { parseBatch } from './batches.ts';
import * as names from './names.ts';
import { followSessions, type LoggedSession } from './sessions.ts';
import type { SignedCheckpoint } from './snapshot.ts';
import { createRangeStats, withMembers } from './stats.ts';
import { entryBytes, readTar, type TarEntry, TarFault } from './tar.ts';

/** What the verification of a bundle found. */
export interface EvidenceVerdict {
  readonly verdict: 'clean' | 'tampered' | 'incomplete';
  readonly incomplete: readonly string[];
  /** What was found to hold. */
  readonly origin?: string;
  readonly first?: number;
  readonly last?: number;
  readonly lines: number;
  readonly receipts: number;
  readonly manifests: number;
  readonly files: number;
  /** The checkpoint that everything is held against. */
  readonly checkpoint?: { readonly size: number; readonly root: string };
  readonly tampered?: { readonly file: string; readonly reason: string };
}

/** Files in one bundle. */
const MAX_FILES = 100_000;

/** What is wrong, and with which file. */
class Fault extends Error {
  readonly file: string;
  constructor(file: string, reason: string) {
    super(reason);
    this.file = file;
  }
}

/**
 * Verifies an evidence bundle; reads it once, in constant memory but for 32 bytes a line.
 *
 * @param keys - those of a trusted `signing.pub`; without them the bundle's own are taken, and it is
 *   never clean
 * @throws WaterwallError `file-missing` or `io-error` where it cannot be read
 */
export async function verifyEvidence(
  path: string,
  trusted: PublicKeys | undefined,
): Promise<EvidenceVerdict> {
  const check = startCheck();
  const incomplete =
    trusted === undefined ? ['no public key: it was verified with the one inside it'] : [];
  try {
    const keys = trusted ?? (await keysInside(path));
    await check.all(bundleEntries(path), keys);
    return {
      verdict: incomplete.length > 0 ? 'incomplete' : 'clean',
      incomplete,
      ...check.found(),
    };
  } catch (error) {
    const tampered = asFault(error, path);
    return { verdict: 'tampered', incomplete, ...check.found(), tampered };
  }
}

function bundleEntries(path: string): AsyncGenerator<TarEntry> {
  const file = createReadStream(path);
  const unpacked = file.pipe(createGunzip());
  // `pipe` tells nobody of an error before it.
  file.once('error', (error) => unpacked.destroy(error));
  return readTar(unpacked as AsyncIterable<Buffer>);
}

/** The keys that a bundle brings along; they prove nothing but that it fits together. */
async function keysInside(path: string): Promise<PublicKeys> {
  let keys: PublicKeys | undefined;
  for await (const entry of bundleEntries(path)) {
    if (entry.name === names.PUBLIC_KEYS) {
      keys = parsePublicKeys((await entryBytes(entry, 64 * 1024)).toString('utf8'));
    } else for await (const _ of entry.body);
  }
  if (keys === undefined) throw new Fault(names.PUBLIC_KEYS, 'it is missing, or holds no keys');
  return keys;
}

function startCheck() {
  const stats = createRangeStats();
  let piece: Piece | undefined;
  let origin: string | undefined;
  let checkpoint: SignedCheckpoint | undefined;
  const counts = { files: 0, receipts: 0, manifests: 0 };

  async function all(entries: AsyncGenerator<TarEntry>, keys: PublicKeys): Promise<void> {
    const { value: opening } = await entries.next();
    const list = await readList(opening as TarEntry | undefined, keys);
    counts.files++;
    origin = keys.log.name;
    const first = Number(list.predicate['first']);
    const sessions = followSessions(first);
    const due: number[] = [];
    const epochs = startEpochs(keys.log);
    const range = createPiece({
      first,
      key: epochs.key,
      onLine(each) {
        const line = withMembers(each);
        stats.add(line);
        sessions.add(line);
        if (line.type === 'redaction') due.push(line.seq);
      },
    });
    piece = range;
    const listed = followList(list.subjects);
    const manifests = new Map<string, Buffer>();
    let receipts: { readonly seqs: readonly number[] } | undefined;
    let before = '';
    for await (const entry of entries) {
      const { name } = entry;
      const place = names.placeOf(name);
      if (place <= before) throw new Fault(name, 'it is not where the order of names has it');
      before = place;
      const subject = listed.next();
      if (subject === undefined) throw new Fault(name, 'the manifest does not list it');
      if (subject.name !== name) throw new Fault(subject.name, 'it is missing');
      const hash = createHash('sha256');
      const body = { name, size: entry.size, body: hashed(entry.body, hash) };
      if (names.CHAIN.test(name)) await takeSegment(body, range);
      else if (names.RECEIPT.test(name)) {
        receipts ??= { seqs: expectedReceipts(due, range) };
        const bytes = await entryBytes(body, MAX_RECEIPT_BYTES);
        takeReceipt(name, bytes, receipts.seqs[counts.receipts], range, checkpoint);
        counts.receipts++;
      } else {
        const bytes = await entryBytes(body, names.MAX_FILE_BYTES);
        if (names.EPOCH.test(name)) takeEpoch(name, bytes, epochs);
        else if (name === names.CHECKPOINT) checkpoint = openLatest(bytes, epochs, list, range);
        else if (names.BATCH.test(name)) listed.open(name, bytes);
        else if (name === names.NOTES) takeNotes(bytes, epochs.key, range);
        else if (names.SESSION.test(name)) manifests.set(name.slice('manifests/'.length), bytes);
        else if (name === names.PUBLIC_KEYS) takeKeys(bytes, keys);
        else if (name !== names.POLICY && name !== names.VERIFIER && name !== names.SPECIFICATION) {
          throw new Fault(name, 'bundles have no such file');
        }
      }
      if (hash.digest('hex') !== subject.sha256) {
        throw new Fault(name, 'it is not the file that the manifest lists');
      }
      counts.files++;
    }
    const missing = listed.next();
    if (missing !== undefined) throw new Fault(missing.name, 'it is missing');
    const lastDue = expectedReceipts(due, range)[counts.receipts];
    if (lastDue !== undefined) throw new Fault('receipts', `that of line ${lastDue} is missing`);
    for (const session of sessions.logged) {
      takeSession(session, manifests, keys);
      counts.manifests++;
    }
    const [left] = manifests.keys();
    if (left !== undefined) throw new Fault(`manifests/${left}`, 'no line of the log names it');
    compareStats(list, { ...stats.sum(), receipts: counts.receipts, manifests: counts.manifests });
  }

  return {
    all,
    found: () => ({
      ...(origin === undefined ? {} : { origin }),
      ...(piece?.first === undefined
        ? {}
        : { first: piece.first, last: piece.first + piece.lines - 1 }),
      lines: piece?.lines ?? 0,
      ...counts,
      ...(checkpoint === undefined
        ? {}
        : { checkpoint: { size: checkpoint.size, root: checkpoint.root.toString('base64') } }),
    }),
  };
}

/** The signed list comes first: nothing else is looked at before its signature holds. */
async function readList(entry: TarEntry | undefined, keys: PublicKeys): Promise<Statement> {
  if (entry?.name !== names.MANIFEST) throw new Fault(names.MANIFEST, 'it is not the first file');
  if (keys.manifest === undefined) throw new Fault(names.MANIFEST, 'there is no key for it');
  const bytes = await entryBytes(entry, names.MAX_FILE_BYTES);
  const list = openStatement(bytes, EVIDENCE_BUNDLE, keys.manifest);
  if ('fault' in list) throw new Fault(names.MANIFEST, list.fault);
  const { origin, first, version } = list.predicate;
  if (origin !== keys.log.name) throw new Fault(names.MANIFEST, 'it is of another log');
  if (version !== 1 || !Number.isSafeInteger(first) || list.subjects.length > MAX_FILES) {
    throw new Fault(names.MANIFEST, 'it is not as this version writes it');
  }
  for (const [index, { name }] of list.subjects.entries()) {
    const before = list.subjects[index - 1]?.name ?? '';
    if (names.placeOf(name) <= names.placeOf(before))
      throw new Fault(names.MANIFEST, 'its names are not in order, or twice');
  }
  return list;
}

/** The files that are due, those of batches among them. */
function followList(subjects: readonly Subject[]) {
  const due: Iterator<Subject>[] = [subjects[Symbol.iterator]()];
  return {
    next(): Subject | undefined {
      const { done, value } = due.at(-1)?.next() ?? { done: true, value: undefined };
      if (done !== true) return value;
      return due.length > 1 && due.pop() !== undefined ? this.next() : undefined;
    },
    /** What this batch lists comes next. */
    open(name: string, bytes: Buffer): void {
      const files = parseBatch(bytes);
      const isWhole = files?.every(
        (file, at) => !names.BATCH.test(file.name) && file.name > (files[at - 1]?.name ?? name),
      );
      if (files === undefined || isWhole !== true) {
        throw new Fault(name, 'it does not list what follows it');
      }
      due.push(files[Symbol.iterator]());
    },
  };
}

async function* hashed(
  body: AsyncIterable<Buffer>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Buffer> {
  for await (const piece of body) {
    hash.update(piece);
    yield piece;
  }
}

async function takeSegment(entry: TarEntry, piece: Piece): Promise<void> {
  const begins = Number(names.CHAIN.exec(entry.name)?.[1]);
  if (begins !== piece.due) throw new Fault(entry.name, `line ${piece.due} is due`);
  if (piece.lines > 0 && piece.last?.type !== 'rotation') {
    throw new Fault(entry.name, 'the segment before it was not sealed');
  }
  let number = 0;
  const torn = await walkChunks(entry.body, (line) => piece.take(line, entry.name, ++number));
  const { tampered } = piece;
  if (tampered !== undefined) {
    throw new Fault(`${tampered.file}:${tampered.line}`, tampered.reason);
  }
  if (torn > 0) throw new Fault(entry.name, 'it ends within a line');
}

function takeEpoch(name: string, bytes: Buffer, epochs: GrowingEpochs): void {
  const fault = isEpochReceipt(bytes) ? epochs.take(bytes, name) : undefined;
  if (fault !== undefined) throw new Fault(name, fault);
}

function openLatest(
  bytes: Buffer,
  { key, found }: GrowingEpochs,
  list: Statement,
  piece: Piece,
): SignedCheckpoint {
  const checkpoint = openCheckpoint(bytes, key);
  if ('fault' in checkpoint) throw new Fault(names.CHECKPOINT, checkpoint.fault);
  const { size, root } = (list.predicate['checkpoint'] ?? {}) as Record<string, unknown>;
  if (size !== checkpoint.size || root !== checkpoint.root.toString('base64')) {
    throw new Fault(names.CHECKPOINT, 'it is not the one that the manifest names');
  }
  const note = { ...checkpoint, file: names.CHECKPOINT, note: bytes.toString('utf8') };
  checkNotes(piece, [...closingNotes(found), note], key, false);
  if (piece.tampered !== undefined) throw new Fault(names.CHECKPOINT, piece.tampered.reason);
  return note;
}

function takeNotes(bytes: Buffer, key: LogKey, piece: Piece): void {
  const notes = readNotes(bytes.toString('utf8'), key.name, names.NOTES);
  checkNotes(piece, notes, key, false);
  if (piece.tampered !== undefined) throw new Fault(names.NOTES, piece.tampered.reason);
}

/** One for each redaction, and one for the last line. */
function expectedReceipts(redactions: readonly number[], piece: Piece): readonly number[] {
  const last = (piece.due ?? 0) - 1;
  return redactions.at(-1) === last ? redactions : [...redactions, last];
}

function takeReceipt(
  name: string,
  bytes: Buffer,
  due: number | undefined,
  piece: Piece,
  checkpoint: SignedCheckpoint | undefined,
): void {
  const seq = Number(names.RECEIPT.exec(name)?.[1]);
  if (due !== seq) throw new Fault(name, `the receipt of line ${due ?? 'none'} is due`);
  const receipt = parseReceipt(bytes);
  if ('fault' in receipt) throw new Fault(name, receipt.fault);
  if (checkpoint === undefined || receipt.index !== seq) {
    throw new Fault(name, 'it is of another line');
  }
  const placed = placeReceipt(receipt, checkpoint);
  if ('fault' in placed) throw new Fault(name, placed.fault);
  if (placed.line.hash !== piece.leaf(seq).toString('base64')) {
    throw new Fault(name, 'its line is not that of the chain');
  }
  if (receipt.note !== checkpoint.note) {
    throw new Fault(name, 'its checkpoint is not that of the bundle');
  }
}

function takeKeys(bytes: Buffer, keys: PublicKeys): void {
  const own = parsePublicKeys(bytes.toString('utf8'));
  if (own === undefined || !own.log.publicKey.equals(keys.log.publicKey)) {
    throw new Fault(names.PUBLIC_KEYS, 'it is not the key that you trust');
  }
}

/** Takes a manifest out of those that are there, and holds it against its lines. */
function takeSession(
  { file, sha256, sum }: LoggedSession,
  manifests: Map<string, Buffer>,
  keys: PublicKeys,
): void {
  const name = `manifests/${file}`;
  const bytes = manifests.get(file);
  if (bytes === undefined) throw new Fault(name, 'it is missing');
  manifests.delete(file);
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
    throw new Fault(name, 'it is not the file that the log names');
  }
  if (keys.manifest === undefined) throw new Fault(name, 'there is no key for it');
  const statement = openStatement(bytes, SESSION_MANIFEST, keys.manifest);
  if ('fault' in statement) throw new Fault(name, statement.fault);
  if (statement.predicate['origin'] !== keys.log.name)
    throw new Fault(name, 'it is of another log');
  for (const [member, value] of Object.entries(sum ?? {})) {
    if (JSON.stringify(statement.predicate[member]) !== JSON.stringify(value)) {
      throw new Fault(name, `its ${member} is not that of its lines`);
    }
  }
}

function compareStats(list: Statement, stats: Readonly<Record<string, unknown>>): void {
  for (const [member, value] of Object.entries(stats)) {
    if (JSON.stringify(list.predicate[member]) !== JSON.stringify(value)) {
      throw new Fault(names.MANIFEST, `its ${member} is not what the files add up to`);
    }
  }
}

function asFault(error: unknown, path: string): { file: string; reason: string } {
  if (error instanceof Fault) return { file: error.file, reason: error.message };
  if (error instanceof TarFault) return { file: path, reason: `not a bundle: ${error.message}` };
  const { code = '', message } = error as NodeJS.ErrnoException;
  // zlib's own: what is there is no whole gzip file.
  if (code.startsWith('Z_')) return { file: path, reason: `not a bundle: ${message}` };
  const isMissing = code === 'ENOENT';
  if (code === '') throw error;
  throw new WaterwallError(
    isMissing ? 'file-missing' : 'io-error',
    `${path} ${isMissing ? 'is not there' : 'cannot be read'}.`,
    { fix: 'name the bundle that export-evidence wrote', cause: error },
  );
}

import { readFile, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { WaterwallError } from '../errors.ts';
import type { BatchThreads } from './batch-threads.ts';
import { type Walk, walkChain } from './chain-walk.ts';
import { type KeptNote, readKeptNotes, readNotes, readSegmentNotes } from './kept-notes.ts';
import { closingNotes, type KeyEpochs, readKeyEpochs } from './key-epochs.ts';
import { ZERO_HASH } from './leaf.ts';
import { checkNotes } from './notes-check.ts';
import type { Tampering } from './piece.ts';
import type { PublicKeys } from './public-keys.ts';
import type { Gap } from './silences.ts';

/** What a verification found. */
export interface ChainReport {
  /** `incomplete`: intact, but not everything is signed for, or not everything is there. */
  readonly verdict: 'clean' | 'tampered' | 'incomplete';
  /** Why it is incomplete. */
  readonly incomplete: readonly string[];
  /** Number of lines that hold together, from the first one on. */
  readonly lines: number;
  /** The `seq` of the first and last of them; absent where there is none. */
  readonly first?: number;
  readonly last?: number;
  /** The last one's leaf hash, base64. */
  readonly head: string;
  /** The RFC 6962 root over all lines of the log, base64; absent where its tree is not known. */
  readonly root?: string;
  /** Bytes after the last newline: a line that is being written, or was cut short by a crash. */
  readonly torn: number;
  /** The last line that a verified checkpoint covers; absent where there is none. */
  readonly signed_through?: number;
  /** Number of lines after it that say something. */
  readonly unsigned_tail: number;
  /** Number of checkpoints whose signatures were verified and fit. */
  readonly checkpoints: number;
  /** Times of more than ten minutes without a line, although the daemon was not stopped. */
  readonly gaps: number;
  readonly longest_gap?: Gap;
  /** Starts of the daemon without a stop before. */
  readonly unclean_starts: number;
  readonly tampered?: Tampering;
}

export interface VerifyOptions {
  /** Without them no signature is verified, and nothing is clean. */
  readonly keys?: PublicKeys | undefined;
  /** Files of notes that an auditor kept. */
  readonly known?: readonly string[];
  /** The verifier's clock, milliseconds. */
  readonly now?: number;
  /** Where lines are parsed; without it, in threads where there are many. */
  readonly threads?: BatchThreads;
}

/** A tail that the signer of a running daemon may still be about to sign. */
export const LIVE_LINES = 200;
export const LIVE_MS = 10 * 60_000;

/**
 * Verifies a chain folder, or one segment of it: form and numbers of the lines, the hash that links
 * each to the one before it, names of the segments, and whatever checkpoints there are of it.
 *
 * @throws WaterwallError `file-missing` or `io-error` where something cannot be read,
 *   `config-invalid` where a file of `known` holds no note of this log
 */
export async function verifyChain(
  path: string,
  { keys, known = [], now = Date.now(), threads }: VerifyOptions = {},
): Promise<ChainReport> {
  try {
    const isFolder = (await stat(path)).isDirectory();
    const readEpochs = async (): Promise<KeyEpochs | undefined> =>
      keys && (await readKeyEpochs(isFolder ? path : dirname(path), keys.log));
    for (let epochs = await readEpochs(); ; ) {
      // Before the lines: what was signed by now is on the disk already.
      const notes = await gatherNotes(path, isFolder, epochs, known);
      const walk = await walkChain(path, isFolder, epochs?.key, threads);
      const found = report(walk, notes, epochs, isFolder, now);
      const before = epochs?.found.length;
      if (found.verdict !== 'tampered') return found;
      // What is wrong may be signed by a key that took over after its predecessors were read.
      epochs = await readEpochs();
      if (epochs?.found.length === before) return found;
    }
  } catch (cause) {
    throw cause instanceof WaterwallError ? cause : unreadable(path, cause);
  }
}

interface Notes {
  readonly notes: readonly KeptNote[];
  readonly fault?: string;
}

async function gatherNotes(
  path: string,
  isFolder: boolean,
  epochs: KeyEpochs | undefined,
  known: readonly string[],
): Promise<Notes> {
  if (epochs === undefined) return { notes: [] };
  const { key } = epochs;
  const chain = isFolder ? path : dirname(path);
  const beside = await readSegmentNotes(chain, key, isFolder ? undefined : basename(path));
  const kept = await readKeptNotes(dirname(chain), key);
  const notes = [...closingNotes(epochs.found), ...beside.notes, ...kept.notes];
  for (const file of known) {
    const own = readNotes(await readFile(file, 'utf8'), key.name, file);
    if (own.length === 0) throw noNotes(file, key.name);
    notes.push(...own);
  }
  return { ...beside, ...kept, notes };
}

const NOTHING = { signed: 0, root: undefined };

function report(
  { piece, torn }: Walk,
  { notes, fault }: Notes,
  epochs: KeyEpochs | undefined,
  isFolder: boolean,
  now: number,
): ChainReport {
  const key = epochs?.key;
  const { lines, first, last, head, silences, prunings } = piece;
  if (fault !== undefined) piece.found('checkpoint', 0, fault);
  const beside = piece.tampered === undefined ? checkNotes(piece, notes, key, isFolder) : NOTHING;
  const signed = Math.max(piece.signed, beside.signed);
  const end = piece.due ?? 0;
  const tail = piece.endsSigned ? 0 : Math.max(0, end - Math.max(signed, first ?? 0));
  const isFresh = (ts: string | undefined): boolean =>
    last?.type !== 'stop' && ts !== undefined && now - Date.parse(ts) <= LIVE_MS;
  const incomplete: string[] = [];
  if (key === undefined) incomplete.push('no public key: no signature was verified');
  else if (signed === 0) incomplete.push('no signed checkpoint: nobody vouches for the lines');
  else if (tail > LIVE_LINES || (tail > 0 && !isFresh(piece.tsAfter(signed)))) {
    incomplete.push(`nobody vouches for the last ${tail} lines`);
  }
  if (torn > 0 && !isFresh(last?.ts)) incomplete.push('the last line was cut short');
  const isPruned = prunings.some(({ next, seq }) => (first ?? 0) <= next && seq < signed);
  if (isFolder && (first ?? 0) > 0 && !isPruned) {
    incomplete.push(`lines 0 to ${(first ?? 0) - 1} are missing`);
  }
  // Without the receipt of a key nothing that it signed holds: that is not where to look.
  const tampered = epochs?.fault ? { seq: 0, line: 0, ...epochs.fault } : piece.tampered;
  const intact = incomplete.length === 0 ? 'clean' : 'incomplete';
  return {
    verdict: tampered === undefined ? intact : 'tampered',
    incomplete,
    lines,
    ...(first === undefined ? {} : { first, last: first + lines - 1 }),
    head: head ?? ZERO_HASH,
    ...(beside.root === undefined ? {} : { root: beside.root.toString('base64') }),
    torn,
    ...(signed === 0 ? {} : { signed_through: signed - 1 }),
    unsigned_tail: tail,
    checkpoints: piece.checkpoints + Number(beside.signed > 0),
    gaps: silences.gaps,
    ...(silences.longest === undefined ? {} : { longest_gap: silences.longest }),
    unclean_starts: silences.uncleanStarts,
    ...(tampered === undefined ? {} : { tampered }),
  };
}

/** The exit status of a report: 0 clean, 1 tampered, 3 incomplete. */
export function exitCodeOf({ verdict }: Pick<ChainReport, 'verdict'>): number {
  return { clean: 0, tampered: 1, incomplete: 3 }[verdict];
}

function noNotes(file: string, origin: string): WaterwallError<'config-invalid'> {
  return new WaterwallError('config-invalid', `${file} holds no checkpoint of ${origin}`, {
    fix: 'name a file of checkpoints that were kept of this log, one after another',
  });
}

function unreadable(path: string, cause: unknown): WaterwallError<'file-missing' | 'io-error'> {
  const at = cause instanceof Error && 'path' in cause ? String(cause.path) : path;
  const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
  const what = isMissing ? 'is not there' : 'cannot be read';
  return new WaterwallError(isMissing ? 'file-missing' : 'io-error', `${at} ${what}.`, {
    fix: 'name the chain folder in the log folder, or one segment in it',
    cause,
  });
}

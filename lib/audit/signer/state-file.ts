import { createHash } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, readSync, writeSync } from 'node:fs';
import { createFile } from '../../config/atomic.ts';
import { WaterwallError } from '../../errors.ts';
import { EMPTY_TREE, readTree, type SignedTree, writeTree } from './signed-tree.ts';

/** What the signer has built, kept where a crash at any point leaves one whole copy. */
export interface StateFile {
  readonly tree: SignedTree;
  readonly epoch: KeyState;
  /**
   * Settles with all of it durable, or throws, after which the file must not be used any more.
   *
   * @param epoch - where it changes too
   */
  save(tree: SignedTree, epoch?: KeyState): void;
  close(): void;
}

/** Which of its keys signs, as vkeys. */
export interface KeyState {
  /** The one that signs; absent: the log's first. */
  readonly key?: string;
  /** The one that takes over: until it has, the tree stays, and is signed as the last of an epoch. */
  readonly next?: string;
}

const SLOT_BYTES = 4096;
const DIGEST = /^[0-9a-f]{64}$/;

/** Makes the state of an empty log; fails where there is one. */
export function createStateFile(path: string, origin: string): void {
  const slot = writeSlot(origin, 0, EMPTY_TREE, {});
  if (createFile(path, Buffer.concat([slot, slot]))) return;
  throw new WaterwallError('usage', `${path} is there already`, {
    fix: 'end the log with `waterwall init --new-log`, if it is to be ended',
  });
}

/**
 * Opens the state and makes it durable anew: what a process reads after a crash may never have
 * reached the disk, and nothing may be signed that the disk could forget.
 *
 * Writes go to two slots in turn, in place: neither the file's size nor its name changes, so that
 * one fdatasync of one block is all a signature costs, and what a cut write spoils is the slot
 * that does not count yet.
 *
 * @throws WaterwallError `chain-damaged`, `io-error`, `file-missing`
 */
export function openStateFile(path: string, origin: string): StateFile {
  const file = openFile(path);
  try {
    const slots = [0, 1].map((slot) => readSlot(file, slot, origin));
    const found = slots.reduce((a, b) => ((b?.counter ?? -1) > (a?.counter ?? -1) ? b : a));
    if (found === undefined) throw damaged(path);
    let { counter, tree, epoch } = found;
    const save = (next: SignedTree, keys = epoch): void => {
      counter++;
      writeAt(file, writeSlot(origin, counter, next, keys), (counter % 2) * SLOT_BYTES);
      fdatasyncSync(file);
      tree = next;
      epoch = keys;
    };
    save(tree);
    save(tree);
    return {
      get tree() {
        return tree;
      },
      get epoch() {
        return epoch;
      },
      save,
      close: () => closeSync(file),
    };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function openFile(path: string): number {
  try {
    return openSync(path, 'r+');
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new WaterwallError(
      isMissing ? 'file-missing' : 'io-error',
      `${path} ${isMissing ? 'is missing' : 'cannot be opened'}`,
      { fix: FIX, cause },
    );
  }
}

const FIX =
  'restore it from a backup that is as new as the log, or end the log with `waterwall init --new-log`';

function damaged(path: string): WaterwallError<'chain-damaged'> {
  return new WaterwallError('chain-damaged', `the signer's state is damaged (${path})`, {
    fix: FIX,
    details: { path },
  });
}

interface Slot {
  readonly counter: number;
  readonly tree: SignedTree;
  readonly epoch: KeyState;
}

/** One JSON line, its SHA-256 as a second one, zero bytes. */
function writeSlot(
  origin: string,
  counter: number,
  tree: SignedTree,
  { key, next }: KeyState,
): Buffer {
  const text = JSON.stringify({ v: 1, origin, counter, ...writeTree(tree), key, next });
  const slot = Buffer.alloc(SLOT_BYTES);
  const length = slot.write(`${text}\n${sha256(text)}\n`);
  // 53 hashes at most: the path of the largest size that is a safe integer.
  if (length >= SLOT_BYTES) throw new RangeError('The tree does not fit into its slot.');
  return slot;
}

function readSlot(file: number, slot: number, origin: string): Slot | undefined {
  const bytes = Buffer.alloc(SLOT_BYTES);
  let filled = 0;
  while (filled < SLOT_BYTES) {
    const read = readSync(file, bytes, filled, SLOT_BYTES - filled, slot * SLOT_BYTES + filled);
    if (read === 0) return undefined;
    filled += read;
  }
  const [text = '', digest = ''] = bytes.toString('utf8').split('\n');
  if (!DIGEST.test(digest) || sha256(text) !== digest) return undefined;
  const value = JSON.parse(text) as Record<string, unknown>;
  const tree = readTree(value);
  const { v, counter } = value;
  if (v !== 1 || value['origin'] !== origin || tree === undefined) return undefined;
  const epoch = { ...vkeyOf('key', value['key']), ...vkeyOf('next', value['next']) };
  return Number.isSafeInteger(counter) ? { counter: counter as number, tree, epoch } : undefined;
}

function vkeyOf(member: keyof KeyState, value: unknown): KeyState {
  return typeof value === 'string' ? { [member]: value } : {};
}

/** A write may be short; the rest, or the error, comes with the next one. */
function writeAt(file: number, bytes: Buffer, position: number): void {
  for (let at = 0; at < bytes.length; ) {
    at += writeSync(file, bytes, at, bytes.length - at, position + at);
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

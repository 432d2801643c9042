import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { WaterwallError } from '../../errors.ts';

/** Bundles that were written for a client to fetch: who asks writes his file himself. */
export interface Spool {
  /**
   * A name for the next one.
   *
   * @throws WaterwallError `io-error`
   */
  reserve(): { readonly id: string; readonly path: string };
  /** It is whole, and waits to be fetched. */
  offer(id: string): void;
  /** Where one lies that waits; it is given once, and the caller removes it. */
  take(id: string): string | undefined;
  remove(path: string): Promise<void>;
}

/** A client that asked for one fetches it at once. */
const WAITS = 10 * 60_000;

/** @param folder - its own; what an earlier process left there is removed */
export function openSpool(folder: string): Spool {
  rmSync(folder, { recursive: true, force: true });
  const waiting = new Map<string, NodeJS.Timeout>();
  const pathOf = (id: string): string => join(folder, `${id}.tar.gz`);
  const remove = (path: string): Promise<void> => rm(path, { force: true });
  return {
    reserve() {
      makeFolder(folder);
      const id = randomBytes(16).toString('hex');
      return { id, path: pathOf(id) };
    },
    offer(id) {
      const over = setTimeout(() => {
        waiting.delete(id);
        void remove(pathOf(id));
      }, WAITS);
      waiting.set(id, over.unref());
    },
    take(id) {
      clearTimeout(waiting.get(id));
      return waiting.delete(id) ? pathOf(id) : undefined;
    },
    remove,
  };
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
    throw new WaterwallError('io-error', `${folder} cannot be made (${code})`, {
      fix: `let the proxy make the folder ${folder}, on a disk with room`,
      cause,
    });
  }
}

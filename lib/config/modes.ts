import { chmodSync, lstatSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { WaterwallError } from '../errors.ts';
import type { Homes } from './types.ts';

/** A folder that was looser than it may be. */
export interface Tightened {
  readonly path: string;
  /** Octal, as `chmod` takes it. */
  readonly was: string;
  readonly now: string;
}

/** Modes mean nothing on Windows; access lists do there. */
const MODES_COUNT = process.platform !== 'win32';

/** Group root is everyone's who is root already; any other group is a service's. */
function hasServiceGroup(stats: Stats): boolean {
  return stats.uid === 0 && stats.gid !== 0;
}

/**
 * What a new private file gets: 0600 and its creator's group; where root installs for a service,
 * 0640 and the group of the file it replaces (keys have a narrower one than the rest), else its
 * folder's.
 */
export function privateMode(file: string): { readonly mode: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return { mode: 0o600 };
  const before = lstatSync(file, { throwIfNoEntry: false });
  const model = [before, statSync(dirname(file))].find((each) => each && hasServiceGroup(each));
  return model ? { mode: 0o640, gid: model.gid } : { mode: 0o600 };
}

/**
 * Refuses a private file that others can read. A group may read what root installed for it.
 *
 * @throws WaterwallError `file-exposed` with the command that mends it, `file-missing`
 */
export function requirePrivate(file: string): void {
  if (!MODES_COUNT) return;
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats) {
    throw new WaterwallError('file-missing', `${file} is missing`, {
      fix: `restore ${file} from a backup`,
      details: { file },
    });
  }
  const uid = process.getuid?.();
  if (uid !== 0 && stats.uid !== 0 && stats.uid !== uid) {
    throw new WaterwallError('file-exposed', `${file} belongs to another user`, {
      fix: `run as root: chown ${uid} ${quoted(file)}`,
      details: { file },
    });
  }
  const service = hasServiceGroup(stats);
  const excess = stats.mode & 0o777 & ~(service ? 0o740 : 0o700);
  if (excess === 0) return;
  const command = `chmod ${service ? '640' : '600'} ${quoted(file)}`;
  throw new WaterwallError(
    'file-exposed',
    `${file} can be read or changed by others (mode ${octal(stats.mode)})`,
    {
      fix: `run: ${command}; if others had access, treat its content as known to them`,
      details: { file, mode: octal(stats.mode), command },
    },
  );
}

/** What folders of these homes may allow: in a system installation the service's group reads. */
export function folderMode(homes: Homes): number {
  return homes.chosenBy === 'system' || homes.chosenBy === 'systemd' ? 0o750 : 0o700;
}

/** What sockets in these homes allow: in a system installation the service's group asks too. */
export function socketMode(homes: Homes): number {
  return folderMode(homes) === 0o750 ? 0o660 : 0o600;
}

/**
 * Takes from a folder what others may not have; undefined where it was tight.
 *
 * @throws WaterwallError `file-exposed` where others may write and this process cannot change it
 */
export function tightenFolder(path: string, mode: number): Tightened | undefined {
  if (!MODES_COUNT) return undefined;
  const stats = statSync(path);
  const allowed = hasServiceGroup(stats) ? 0o750 : mode;
  const was = stats.mode & 0o777;
  const excess = was & ~allowed;
  if (excess === 0) return undefined;
  try {
    chmodSync(path, was & allowed);
  } catch (cause) {
    // A folder that others may look into exposes nothing: private files have modes of their own.
    if ((excess & 0o022) === 0) return undefined;
    throw new WaterwallError(
      'file-exposed',
      `${path} can be changed by others (mode ${octal(was)})`,
      {
        fix: `run: chmod ${octal(was & allowed)} ${quoted(path)}`,
        cause,
        details: { file: path, mode: octal(was) },
      },
    );
  }
  return { path, was: octal(was), now: octal(was & allowed) };
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, '0');
}

/** For a shell. */
function quoted(path: string): string {
  return /^[\w/.:@%+,-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

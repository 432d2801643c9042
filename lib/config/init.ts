import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { WaterwallError } from '../errors.ts';
import { createFile, syncFolder } from './atomic.ts';
import { filesOf } from './files.ts';
import { folderMode, type Tightened, tightenFolder } from './modes.ts';
import { TEMPLATES } from './templates.ts';
import type { Homes } from './types.ts';

/** Something that is made once in the life of a home: the CA, the session key, the log. */
export interface HomePart {
  readonly name: string;
  /** Where it lies; one of these alone shows that the home was set up before. */
  readonly paths: readonly string[];
  /** Makes it; may assume that the configuration files and the parts before it are there. */
  readonly make: () => Promise<void>;
  /** What to do where a part of a home that was set up before is missing. */
  readonly fix: string;
}

/** What a set-up did, for `waterwall init`. */
export interface InitReport {
  /** Whether this was the home's first set-up. */
  readonly first: boolean;
  /** Paths that were made. */
  readonly made: readonly string[];
  /** Paths that were there and stay as they are. */
  readonly kept: readonly string[];
  readonly tightened: readonly Tightened[];
}

/**
 * Makes what a home lacks, once: in a home that has any of the parts already, a missing part is
 * refused, because making it anew would silently start over (a new key changes every placeholder,
 * a new log hides the old one).
 *
 * A first set-up that was interrupted left its marker, and is finished by the next: nothing can
 * have used its parts yet.
 *
 * @param parts - in the order in which they are made
 * @throws WaterwallError `file-missing`, `already-running`, `io-error`, and what parts throw
 */
export async function initHome(homes: Homes, parts: readonly HomePart[]): Promise<InitReport> {
  const { initPending } = filesOf(homes);
  const tightened = makeFolders(homes);
  const interrupted = interruptedBy(initPending);
  const begun = parts.some(({ paths }) => paths.some((path) => existsSync(path)));
  if (begun && !interrupted) {
    for (const part of parts) requirePart(part);
    return { first: false, made: [], kept: allPaths(parts), tightened };
  }
  if (interrupted) rmSync(initPending);
  if (!createFile(initPending, `${process.pid}\n`)) throw alreadyRunning(initPending);
  const made: string[] = [];
  const kept: string[] = [];
  writeTemplates(homes, made, kept);
  for (const { paths, make } of parts) {
    if (paths.every((path) => existsSync(path))) {
      kept.push(...paths);
      continue;
    }
    for (const path of paths) setAside(path);
    await make();
    made.push(...paths);
  }
  rmSync(initPending);
  syncFolder(homes.config);
  return { first: true, made, kept, tightened };
}

/** Makes the three folders, private from the start, and tightens those that were there. */
function makeFolders(homes: Homes): Tightened[] {
  const mode = folderMode(homes);
  const tightened: Tightened[] = [];
  for (const folder of [homes.config, homes.log, homes.run]) {
    try {
      mkdirSync(folder, { recursive: true, mode });
    } catch (cause) {
      throw new WaterwallError('io-error', `${folder} cannot be made`, {
        fix: `make ${folder}, and see that the user who runs waterwall may write there`,
        cause,
        details: { file: folder },
      });
    }
    const change = tightenFolder(folder, mode);
    if (change) tightened.push(change);
  }
  return tightened;
}

function writeTemplates(homes: Homes, made: string[], kept: string[]): void {
  const files = filesOf(homes);
  for (const name of ['settings', 'hosts', 'patterns', 'knownSecrets'] as const) {
    const path = files[name];
    (createFile(path, TEMPLATES[name]) ? made : kept).push(path);
  }
}

/**
 * Whether a set-up was begun by a process that is gone.
 *
 * @throws WaterwallError `already-running` where it is still at work
 */
function interruptedBy(marker: string): boolean {
  if (!existsSync(marker)) return false;
  const pid = Number(readFileSync(marker, 'utf8'));
  if (Number.isInteger(pid) && pid > 0 && pid !== process.pid && isAlive(pid)) {
    throw alreadyRunning(marker);
  }
  return true;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function alreadyRunning(marker: string): WaterwallError {
  return new WaterwallError('already-running', 'another process is setting this home up', {
    fix: `wait for it; if there is none, remove ${marker}`,
    details: { file: marker },
  });
}

/** What an interrupted set-up made by half. Never deleted: a marker may lie. */
function setAside(path: string): void {
  if (existsSync(path)) renameSync(path, `${path}.interrupted-${Date.now()}`);
}

function requirePart(part: HomePart): void {
  const missing = part.paths.find((path) => !existsSync(path));
  if (missing === undefined) return;
  throw new WaterwallError(
    'file-missing',
    `${missing} is missing from a home that was set up before`,
    { fix: part.fix, details: { file: missing, part: part.name } },
  );
}

function allPaths(parts: readonly HomePart[]): string[] {
  return parts.flatMap(({ paths }) => paths);
}

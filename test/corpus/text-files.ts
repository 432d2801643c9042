import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { compileScanner } from '../../lib/detect/scanner.ts';
import { looksBinary } from '../../lib/ops/findings.ts';

const LARGEST = 32 * 1024 * 1024;

/** The text files of a folder, in one order everywhere. */
export function* textFiles(folder: string): Generator<{ path: string; bytes: Buffer }> {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    const found = lstatSync(path);
    if (found.isDirectory() && name !== 'node_modules') yield* textFiles(path);
    if (!found.isFile() || found.size > LARGEST) continue;
    const bytes = readFileSync(path);
    if (!looksBinary(bytes)) yield { path, bytes };
  }
}

/** How often each type is found in each file: `file TYPE` and the count. */
export interface Hits {
  readonly files: number;
  readonly bytes: number;
  readonly hits: Readonly<Record<string, number>>;
}

/** Scans folders, named relative to `root`. */
export function scanFolders(root: string, folders: readonly string[]): Hits {
  const scanner = compileScanner({ patterns: [], allow: [], disable: [] });
  const hits: Record<string, number> = {};
  let files = 0;
  let size = 0;
  for (const folder of folders) {
    for (const { path, bytes } of textFiles(folder)) {
      files++;
      size += bytes.length;
      for (const { type } of scanner.scan({ bytes }).spans) {
        const key = `${relative(root, path)} ${type}`;
        hits[key] = (hits[key] ?? 0) + 1;
      }
    }
  }
  return { files, bytes: size, hits };
}

/** The same by type alone. */
export function byType(hits: Hits['hits']): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [key, count] of Object.entries(hits)) {
    const type = key.slice(key.lastIndexOf(' ') + 1);
    counts[type] = (counts[type] ?? 0) + count;
  }
  return counts;
}

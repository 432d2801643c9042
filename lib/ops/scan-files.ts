/** Looks for secrets in files, folders and standard input. */

import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type Finding, locate, looksBinary } from './findings.ts';
import type { SecretFinder } from './secret-finder.ts';

/** What became of one file. */
export type Scanned =
  | { readonly file: string; readonly findings: readonly Finding[] }
  | { readonly file: string; readonly skipped: 'binary' }
  | { readonly file: string; readonly failed: string };

/** Nobody wrote what lies in these, and an agent reads it rarely. */
const LEFT_OUT = new Set(['.git', 'node_modules']);

/**
 * @param paths - files, folders (with all they hold, links not followed), or `-` for `input`
 */
export async function* scanFiles(
  paths: readonly string[],
  finder: SecretFinder,
  input: NodeJS.ReadableStream,
): AsyncGenerator<Scanned> {
  for (const path of paths) {
    if (path === '-') yield judge('-', await buffer(input), finder);
    else yield* scanPath(path, finder);
  }
}

async function* scanPath(path: string, finder: SecretFinder): AsyncGenerator<Scanned> {
  try {
    if ((await stat(path)).isDirectory()) {
      const entries = await readdir(path, { withFileTypes: true });
      for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
        const wanted = entry.isFile() || (entry.isDirectory() && !LEFT_OUT.has(entry.name));
        if (wanted) yield* scanPath(join(path, entry.name), finder);
      }
      return;
    }
    yield judge(path, await readFile(path), finder);
  } catch (error) {
    yield { file: path, failed: (error as NodeJS.ErrnoException).code ?? 'cannot be read' };
  }
}

function judge(file: string, bytes: Buffer, finder: SecretFinder): Scanned {
  if (looksBinary(bytes)) return { file, skipped: 'binary' };
  return { file, findings: locate(bytes, finder.find(bytes)) };
}

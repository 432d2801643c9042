import type { Subject } from '../statement.ts';

/** Files that one batch lists; more begin the next. */
export const BATCH_FILES = 4096;

const ENTRY = /([0-9a-f]{64}) {2}([^\n]+)\n/y;

/** The name of the batch that begins with a file: right before it in the order of names. */
export function batchName(first: string): string {
  return first.replace(/\..*$/, '.batch');
}

/** Lists files as `sha256sum` does. */
export function formatBatch(files: readonly Subject[]): Buffer {
  return Buffer.from(files.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join(''));
}

/** Reads what {@link formatBatch} writes; undefined where it is anything else. */
export function parseBatch(bytes: Buffer): readonly Subject[] | undefined {
  const text = bytes.toString('latin1');
  const files: Subject[] = [];
  ENTRY.lastIndex = 0;
  for (let match = ENTRY.exec(text); match !== null; match = ENTRY.exec(text)) {
    files.push({ sha256: match[1] as string, name: match[2] as string });
    if (ENTRY.lastIndex === text.length) return files;
  }
  return undefined;
}

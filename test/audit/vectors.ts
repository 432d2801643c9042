import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const VECTORS = fileURLToPath(new URL('../vectors/audit', import.meta.url));

/** A log, a receipt or a bundle with one thing wrong with it, or nothing. */
export interface Vector {
  readonly name: string;
  readonly kind: 'chain' | 'receipt' | 'bundle';
  /** Absolute. */
  readonly path: string;
  readonly exit: number;
  readonly why: string;
  /** Absolute paths of notes that an auditor kept. */
  readonly known: readonly string[];
  /** Where the receipts of key epochs are that a receipt needs; absolute. */
  readonly epochs?: string;
}

export function readVectors(): Vector[] {
  const folders = readdirSync(VECTORS, { withFileTypes: true }).filter((one) => one.isDirectory());
  return folders.map(({ name }) => {
    const folder = join(VECTORS, name);
    const about = JSON.parse(readFileSync(join(folder, 'vector.json'), 'utf8')) as Omit<
      Vector,
      'name' | 'known'
    > & { known?: string[] };
    const known = (about.known ?? []).map((file) => join(folder, file));
    const epochs = about.epochs === undefined ? {} : { epochs: join(folder, about.epochs) };
    return { ...about, ...epochs, name, path: join(folder, about.path), known };
  });
}

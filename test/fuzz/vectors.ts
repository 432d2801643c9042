import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** An input for which something once did not hold. */
export interface Vector {
  readonly target: string;
  /** What did not hold. */
  readonly what: string;
  readonly input: Buffer;
}

const FOLDER = fileURLToPath(new URL('../vectors/fuzz', import.meta.url));

/** All that were ever found. */
export const VECTORS: readonly Vector[] = readVectors();

function readVectors(): Vector[] {
  mkdirSync(FOLDER, { recursive: true });
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => {
      const { target, what, input } = JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as {
        target: string;
        what: string;
        input: string;
      };
      return { target, what, input: Buffer.from(input, 'latin1') };
    });
}

/** Keeps an input; gives the file that holds it. */
export function keepVector({ target, what, input }: Vector): string {
  const name = createHash('sha256').update(input).digest('hex').slice(0, 8);
  const file = join(FOLDER, `${target}-${name}.json`);
  const text = { target, what, input: input.toString('latin1') };
  writeFileSync(file, `${JSON.stringify(text, undefined, 2)}\n`);
  return file;
}

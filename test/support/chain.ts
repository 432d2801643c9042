import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One line of the chain. */
export type ChainLine = Readonly<Record<string, unknown>> & { readonly line_type: string };

/** Reads every complete line of a home's chain. */
export async function readChain(home: string): Promise<ChainLine[]> {
  const folder = join(home, 'log', 'chain');
  const segments = (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).sort();
  const texts = await Promise.all(segments.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.flatMap((text) =>
    text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as ChainLine),
  );
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('the program that is shipped has the file of every thread that it starts', () => {
  const started = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) => [
      ...readFileSync(join(root, 'lib', path), 'utf8').matchAll(
        /new URL\('\.\/([\w-]+\.js)', import\.meta\.url\)/g,
      ),
    ])
    .map(([, file]) => file as string);
  expect(started).toContain('worker.js');
  const missing = started.filter((file) => !existsSync(join(root, 'dist/program', file)));
  expect(missing).toEqual([]);
});

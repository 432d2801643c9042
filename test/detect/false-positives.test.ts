import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { scanFolders } from '../corpus/text-files.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Every hit in the packages of the lockfile. Each has its reason in docs/detection.md. */
const EXPECTED = {
  'node_modules/node-forge/README.md PASSWORD': 1,
  'node_modules/pino/docs/transports.md API_TOKEN': 1,
};

/** The packages that every platform gets. */
function packages(): string[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<
      string,
      { optional?: boolean; devOptional?: boolean; os?: string[]; cpu?: string[] }
    >;
  };
  return Object.entries(lock.packages)
    .filter(
      ([path, { optional, devOptional, os, cpu }]) =>
        path !== '' && !optional && !devOptional && !os && !cpu,
    )
    .map(([path]) => join(root, path))
    .filter((path) => existsSync(path));
}

test('nothing more is found in the text of the packages of the lockfile than what is listed', () => {
  const { files, bytes, hits } = scanFolders(root, packages());
  expect(hits).toEqual(EXPECTED);
  expect(files).toBeGreaterThan(2000);
  expect(bytes).toBeGreaterThan(40_000_000);
}, 120_000);

test('each of them is explained', () => {
  const doc = readFileSync(join(root, 'docs/detection.md'), 'utf8');
  for (const hit of Object.keys(EXPECTED)) {
    const [file, type] = hit.replace('node_modules/', '').split(' ');
    expect(doc).toContain(`\`${file}\``);
    expect(doc).toContain(`\`${type}\``);
  }
});

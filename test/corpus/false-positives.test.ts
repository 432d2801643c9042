import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { byType, scanFolders } from './text-files.ts';

const { packages } = JSON.parse(
  readFileSync(new URL('./packages.json', import.meta.url), 'utf8'),
) as { packages: string[] };
const expected = JSON.parse(readFileSync(new URL('./expected.json', import.meta.url), 'utf8')) as {
  byType: Record<string, number>;
};

/** What was fetched stays, so that the next run needs no network. */
const folder = process.env['WATERWALL_CORPUS'] ?? join(tmpdir(), 'waterwall-corpus');

function fetch(name: string): string {
  const target = join(folder, name.replace(/^@/, '').replaceAll(/[/@]/g, '-'));
  if (existsSync(target)) return target;
  mkdirSync(folder, { recursive: true });
  const packed = spawnSync('npm', ['pack', '--silent', name], { cwd: folder, encoding: 'utf8' });
  const file = packed.stdout.trim().split('\n').at(-1);
  if (packed.status !== 0 || !file) throw new Error(`${name} cannot be fetched`);
  mkdirSync(target);
  const unpacked = spawnSync('tar', ['xzf', join(folder, file), '-C', target]);
  if (unpacked.status !== 0) throw new Error(`${name} cannot be unpacked`);
  return target;
}

test('hits in the pinned packages, by type', () => {
  const { files, bytes, hits } = scanFolders(folder, packages.map(fetch));
  process.stderr.write(`${files} files, ${bytes} bytes\n${JSON.stringify(hits, undefined, 1)}\n`);
  expect(byType(hits)).toEqual(expected.byType);
}, 1_200_000);

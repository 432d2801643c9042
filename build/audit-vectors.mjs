// Writes test/vectors/audit from two keys that everybody knows; `--check` only compares.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chainVectors } from './audit-vectors/chains.mjs';
import { keysFrom } from './audit-vectors/log.mjs';

const folder = fileURLToPath(new URL('../test/vectors/audit', import.meta.url));

function all() {
  const files = new Map([['signing.pub', Buffer.from(keysFrom('one').pub)]]);
  for (const [name, { files: own, ...about }] of Object.entries(chainVectors())) {
    for (const [file, bytes] of own) files.set(`${name}/${file}`, bytes);
    files.set(`${name}/vector.json`, Buffer.from(`${JSON.stringify(about, null, 2)}\n`));
  }
  return files;
}

function onDisk() {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return new Map(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path)]));
}

const made = all();
if (process.argv.includes('--check')) {
  const there = onDisk();
  const names = [...new Set([...made.keys(), ...there.keys()])].sort();
  const differing = names.filter(
    (name) => made.get(name)?.equals(there.get(name) ?? Buffer.alloc(0)) !== true,
  );
  for (const name of differing) console.error(`differs: ${name}`);
  process.exitCode = differing.length > 0 ? 1 : 0;
} else {
  rmSync(folder, { recursive: true, force: true });
  for (const [name, bytes] of made) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  console.log(`${made.size} files`);
}

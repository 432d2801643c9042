// Writes test/vectors/audit from two keys that everybody knows; `--check` only compares.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { bundleVectors } from './audit-vectors/bundles.mjs';
import { chainVectors } from './audit-vectors/chains.mjs';
import { epochVectors } from './audit-vectors/epochs.mjs';
import { keysFrom } from './audit-vectors/log.mjs';
import { receiptVectors } from './audit-vectors/receipts.mjs';

const folder = fileURLToPath(new URL('../test/vectors/audit', import.meta.url));

async function all() {
  const files = new Map([['signing.pub', Buffer.from(keysFrom('one').pub)]]);
  const vectors = {
    ...chainVectors(),
    ...receiptVectors(),
    ...(await bundleVectors()),
    ...(await epochVectors()),
  };
  for (const [name, { files: own, ...about }] of Object.entries(vectors)) {
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

function same(one, other) {
  if (one === undefined || other === undefined) return false;
  return one.equals(other) || plain(one).equals(plain(other));
}

/** What counts: gzip compresses the same bytes in more than one way. */
function plain(bytes) {
  try {
    return gunzipSync(bytes);
  } catch {
    return bytes;
  }
}

const made = await all();
if (process.argv.includes('--check')) {
  const there = onDisk();
  const names = [...new Set([...made.keys(), ...there.keys()])].sort();
  const differing = names.filter((name) => !same(made.get(name), there.get(name)));
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

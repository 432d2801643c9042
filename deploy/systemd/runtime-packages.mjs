// Prints the folders, relative to the package, of what it needs at run time: dependencies and
// theirs, as Node itself would find them. Without npm, so that it works wherever Node does.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const root = resolve(process.argv[2] ?? '.');
const found = new Set();

function visit(folder) {
  const { dependencies, optionalDependencies } = manifestOf(folder);
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const place = find(name, folder);
    if (place === undefined) {
      if (optionalDependencies?.[name] !== undefined) continue;
      process.stderr.write(`${name} is not installed: run \`npm ci\` in ${root}\n`);
      process.exit(1);
    }
    if (found.has(place)) continue;
    found.add(place);
    visit(place);
  }
}

function find(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const place = join(folder, 'node_modules', name);
    if (existsSync(join(place, 'package.json'))) return place;
    if (folder === root) return undefined;
  }
}

function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

visit(root);
for (const place of [...found].sort()) process.stdout.write(`${relative(root, place)}\n`);

// Writes the list of types into docs/detection.md. Run it after a build, when patterns.ts changed.
import { readFileSync, writeFileSync } from 'node:fs';
import { typeTable } from '../dist/lib/detect/type-list.js';

const file = new URL('../docs/detection.md', import.meta.url);
const [before, rest] = readFileSync(file, 'utf8').split('<!-- types -->\n');
const after = rest.split('<!-- /types -->')[1];
writeFileSync(file, `${before}<!-- types -->\n${typeTable()}\n<!-- /types -->${after}`);

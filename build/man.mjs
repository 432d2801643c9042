// Writes share/man/waterwall.1 from the commands; run it after a build: `npm run man`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { manPage } from '../dist/lib/cli/man-page.js';
import { outlineProgram } from '../dist/lib/cli/outline.js';
import { readVersion } from '../dist/lib/cli/version.js';

const file = new URL('../share/man/waterwall.1', import.meta.url);
mkdirSync(new URL('.', file), { recursive: true });
writeFileSync(file, manPage(await outlineProgram(), readVersion()));

#!/usr/bin/env node
process.on('SIGUSR1', () => {});
// Beside the program: whoever can write there can change that too. Node 20 has no such cache.
const { fileURLToPath } = process.getBuiltinModule('node:url');
const cache = fileURLToPath(new URL('../dist/cache', import.meta.url));
process.getBuiltinModule('node:module').enableCompileCache?.(cache);
await import('../dist/program/main.js');

#!/usr/bin/env node
process.on('SIGUSR1', () => {});
await import('../dist/lib/cli/main.js');

#!/usr/bin/env node
process.on('SIGUSR1', () => {});
await import('../dist/program/main.js');

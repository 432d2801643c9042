// The one build step: generated tables, kernels and validators first, then the compiler, whose single
// modules tests and benchmarks use, and the program that is shipped.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleProgram } from './bundle.mjs';
import { buildKernels } from './kernel.mjs';
import { buildTables } from './tables.mjs';
import { buildValidators } from './validators.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
await buildKernels(root);
await buildTables(root);
await buildValidators(root);
rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true });
const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (status === 0) await bundleProgram(root);
process.exitCode = status ?? 1;

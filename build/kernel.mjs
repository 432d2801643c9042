// Generates what scanner and vault need but people do not write: their kernels, compiled to
// WebAssembly and embedded in modules, so that the sources and dist/ find them in the same way.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';

const FLAGS = ['-O3', '--runtime', 'stub', '--outFile', 'kernel.wasm', '--initialMemory'];
const SIMD = ['11', '--enable', 'simd'];
/** The layers that have one, and what it needs: each way in which it is compiled, the best first. */
const KERNELS = {
  'lib/detect': [[...SIMD, '--enable', 'relaxed-simd'], SIMD],
  'lib/vault': [['1']],
};

/**
 * Writes the modules `generated/kernel.ts` of all layers that have a kernel.
 *
 * @param {string} root - the project's folder
 */
export async function buildKernels(root) {
  for (const [layer, ways] of Object.entries(KERNELS)) {
    const target = join(root, layer, 'generated');
    await mkdir(target, { recursive: true });
    const source = `${layer}/kernel`;
    const binaries = [];
    for (const needs of ways) {
      const binary = await compileKernel(join(root, source), source, needs);
      binaries.push(`  '${Buffer.from(binary).toString('base64')}',\n`);
    }
    await writeFile(
      join(target, 'kernel.ts'),
      `/** ${source} as WebAssembly, the best first. */\nexport const KERNELS = [\n${binaries.join('')}];\n`,
    );
  }
}

async function compileKernel(folder, source, needs) {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.ts'));
  const sources = new Map();
  for (const name of files) sources.set(name, await readFile(join(folder, name), 'utf8'));
  let binary;
  const { error, stderr } = await asc.main(['kernel.ts', ...FLAGS, ...needs], {
    readFile: (name) => sources.get(name) ?? null,
    writeFile: (_name, contents) => {
      binary = contents;
    },
    listFiles: () => [],
  });
  if (error || !binary) throw new Error(`${source} does not compile:\n${stderr.toString()}`);
  return binary;
}

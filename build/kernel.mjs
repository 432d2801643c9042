// Generates what scanner and vault need but people do not write: their kernels, compiled to
// WebAssembly and embedded in modules, so that the sources and dist/ find them in the same way.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';

const FLAGS = ['-O3', '--runtime', 'stub', '--outFile', 'kernel.wasm', '--initialMemory'];
/** The layers that have one, and what it needs. */
const KERNELS = { 'lib/detect': ['11', '--enable', 'simd'], 'lib/vault': ['1'] };

/**
 * Writes the modules `generated/kernel.ts` of all layers that have a kernel.
 *
 * @param {string} root - the project's folder
 */
export async function buildKernels(root) {
  for (const [layer, needs] of Object.entries(KERNELS)) {
    const target = join(root, layer, 'generated');
    await mkdir(target, { recursive: true });
    const source = `${layer}/kernel`;
    const binary = await compileKernel(join(root, source), source, needs);
    const base64 = Buffer.from(binary).toString('base64');
    await writeFile(
      join(target, 'kernel.ts'),
      `/** ${source} as WebAssembly. */\nexport const KERNEL =\n  '${base64}';\n`,
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

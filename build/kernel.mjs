// Generates what the scanner needs but people do not write: its kernel, compiled to WebAssembly and
// embedded in a module, so that the sources and dist/ find it in the same way.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';

const SOURCE = 'lib/detect/kernel';
const FLAGS = ['-O3', '--runtime', 'stub', '--enable', 'simd', '--initialMemory', '11'];

/**
 * Writes the module in `lib/detect/generated/`.
 *
 * @param {string} root - the project's folder
 */
export async function buildKernel(root) {
  const target = join(root, 'lib/detect/generated');
  await mkdir(target, { recursive: true });
  const base64 = Buffer.from(await compileKernel(root)).toString('base64');
  await writeFile(
    join(target, 'kernel.ts'),
    `/** ${SOURCE} as WebAssembly. */\nexport const KERNEL =\n  '${base64}';\n`,
  );
}

async function compileKernel(root) {
  const files = (await readdir(join(root, SOURCE))).filter((name) => name.endsWith('.ts'));
  const sources = new Map();
  for (const name of files) sources.set(name, await readFile(join(root, SOURCE, name), 'utf8'));
  let binary;
  const { error, stderr } = await asc.main(['kernel.ts', ...FLAGS, '--outFile', 'kernel.wasm'], {
    readFile: (name) => sources.get(name) ?? null,
    writeFile: (_name, contents) => {
      binary = contents;
    },
    listFiles: () => [],
  });
  if (error || !binary) throw new Error(`${SOURCE} does not compile:\n${stderr.toString()}`);
  return binary;
}

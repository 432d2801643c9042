// Generates what the scanner needs but people do not write: its kernel, compiled to WebAssembly, and
// the kernel's buckets, which take too long to assign at every start. Both are embedded in modules,
// so that the sources and dist/ find them in the same way.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import asc from 'assemblyscript/asc';
import ts from 'typescript';

const SOURCE = 'lib/detect/kernel';
const FLAGS = ['-O3', '--runtime', 'stub', '--enable', 'simd', '--initialMemory', '10'];

/**
 * Writes the modules in `lib/detect/generated/`.
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
  const buckets = JSON.stringify(await assignBuckets(root));
  await writeFile(
    join(target, 'buckets.ts'),
    `import type { Bucket } from '../buckets.ts';\n\n/** As \`built-in-buckets.ts\` assigns them. */\nexport const BUILT_IN_BUCKETS: readonly Bucket[] = ${buckets};\n`,
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

/** Runs the sources, stripped of their types, in a folder of their own. */
async function assignBuckets(root) {
  const folder = await mkdtemp(join(root, 'node_modules/.waterwall-'));
  try {
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    const files = await readdir(join(root, 'lib/detect'), { recursive: true });
    for (const name of files.filter(
      (file) => file.endsWith('.ts') && !/^(kernel|generated)\b/.test(file),
    )) {
      const source = await readFile(join(root, 'lib/detect', name), 'utf8');
      const { outputText } = ts.transpileModule(source, {
        compilerOptions: {
          module: ts.ModuleKind.ESNext,
          target: ts.ScriptTarget.ES2023,
          rewriteRelativeImportExtensions: true,
          verbatimModuleSyntax: true,
        },
      });
      const path = join(folder, name.replace(/\.ts$/, '.js'));
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, outputText);
    }
    const { builtInBuckets } = await import(pathToFileURL(join(folder, 'built-in-buckets.js')));
    return builtInBuckets();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

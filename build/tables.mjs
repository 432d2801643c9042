// Computes what the built-in patterns mean for the kernel, once and for all: at every start it took
// longer than the rest. The modules that do it are the program's own, joined into one for this.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

/**
 * Writes the module `lib/detect/generated/tables.ts`; the kernel must have been built.
 *
 * @param {string} root - the project's folder
 */
export async function buildTables(root) {
  const bundle = await rolldown({
    cwd: root,
    input: 'lib/detect/built-in-tables.ts',
    platform: 'node',
    tsconfig: false,
    external: [/^node:/],
  });
  const { output } = await bundle.generate({ format: 'esm' });
  await bundle.close();
  const code = Buffer.from(output[0].code).toString('base64');
  const { makeTables } = await import(`data:text/javascript;base64,${code}`);
  const target = join(root, 'lib/detect/generated');
  await mkdir(target, { recursive: true });
  // What is parsed as JSON is there sooner than what is written as code.
  const json = JSON.stringify(JSON.stringify(makeTables()));
  await writeFile(
    join(target, 'tables.ts'),
    `import type { BuiltInTables } from '../built-in-tables.ts';

/** The tables of the built-in patterns. */
export const TABLES: BuiltInTables = JSON.parse(
  ${json},
);
`,
  );
}

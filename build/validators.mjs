// Turns the schemas of the configuration files into code: compiling them takes longer than all else
// that a command does, and needs a library that nothing else needs at run time.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standaloneCode from 'ajv/dist/standalone/index.js';

const NAMES = ['config', 'permitted_hosts', 'patterns', 'known_secrets'];

/** The one thing that the code takes from the library. */
const COUNT_CHARACTERS = [
  'require("ajv/dist/runtime/ucs2length").default',
  '(text) => [...text].length',
];

/**
 * Writes the module `lib/config/generated/validators.ts`.
 *
 * @param {string} root - the project's folder
 */
export async function buildValidators(root) {
  // `verbose` gives the violated part of the schema, whose description tells what is expected.
  const ajv = new Ajv2020({
    code: { source: true, esm: true },
    verbose: true,
    allowUnionTypes: true,
  });
  for (const name of NAMES) {
    ajv.addSchema(
      JSON.parse(await readFile(join(root, `share/schema/${name}.json`), 'utf8')),
      name,
    );
  }
  const exports = Object.fromEntries(NAMES.map((name) => [name, name]));
  const code = standaloneCode.default(ajv, exports).replaceAll(...COUNT_CHARACTERS);
  if (/\b(?:require\(|import )/.test(code)) throw new Error('the validators need other modules');
  const target = join(root, 'lib/config/generated');
  await mkdir(target, { recursive: true });
  await writeFile(join(target, 'validators.ts'), `// @ts-nocheck\n${code}\n`);
}

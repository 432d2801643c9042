import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';

const ajv = new Ajv2020({ strict: false, allErrors: true });
const folder = new URL('../../share/schema/', import.meta.url);
for (const file of readdirSync(folder)) {
  ajv.addSchema(JSON.parse(readFileSync(new URL(file, folder), 'utf8')), file);
}

/** The output as a value, held against `share/schema/NAME.json`. */
export function conforming(name: string, stdout: string): unknown {
  const validate = ajv.getSchema(`${name}.json`);
  if (validate === undefined) throw new Error(`there is no share/schema/${name}.json`);
  const value: unknown = JSON.parse(stdout);
  validate(value);
  expect(validate.errors ?? [], name).toEqual([]);
  return value;
}

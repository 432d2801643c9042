import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';

const ajv = new Ajv2020({ strict: false, allErrors: true });

/** The output as a value, held against `share/schema/NAME.json`. */
export function conforming(name: string, stdout: string): unknown {
  const file = new URL(`../../share/schema/${name}.json`, import.meta.url);
  const schema = JSON.parse(readFileSync(file, 'utf8')) as { $id: string };
  const validate = ajv.getSchema(schema.$id) ?? ajv.compile(schema);
  const value: unknown = JSON.parse(stdout);
  validate(value);
  expect(validate.errors ?? [], name).toEqual([]);
  return value;
}

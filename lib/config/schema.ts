import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { packageRoot } from './package-root.ts';

/** The files whose schemas are enforced when they are read. */
export type SchemaName = 'config' | 'permitted_hosts' | 'patterns' | 'known_secrets';

const compiled = new Map<SchemaName, ValidateFunction>();

/** The first thing wrong with a value, as its place and what is expected there. */
export function firstViolation(schema: SchemaName, value: unknown): ErrorObject | undefined {
  const validate = compiled.get(schema) ?? compile(schema);
  return validate(value) ? undefined : validate.errors?.[0];
}

function compile(name: SchemaName): ValidateFunction {
  const text = readFileSync(join(packageRoot(), 'share', 'schema', `${name}.json`), 'utf8');
  // `verbose` gives the violated part of the schema, whose description tells what is expected.
  // Checking the schema itself needs another compilation, far longer than ours; a test does it.
  const ajv = new Ajv2020({
    verbose: true,
    allowUnionTypes: true,
    meta: false,
    validateSchema: false,
  });
  const validate = ajv.compile(JSON.parse(text));
  compiled.set(name, validate);
  return validate;
}

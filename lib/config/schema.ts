import type { ErrorObject } from 'ajv';
import * as generated from './generated/validators.ts';

/** The files whose schemas are enforced when they are read. */
export type SchemaName = 'config' | 'permitted_hosts' | 'patterns' | 'known_secrets';

interface Validate {
  (value: unknown): boolean;
  /** What was wrong with the value looked at last. */
  readonly errors?: readonly ErrorObject[] | null;
}

/** Made of `share/schema/` when this was built; see `build/validators.mjs`. */
const validators = generated as unknown as Readonly<Record<SchemaName, Validate>>;

/** The first thing wrong with a value, as its place and what is expected there. */
export function firstViolation(schema: SchemaName, value: unknown): ErrorObject | undefined {
  const validate = validators[schema];
  return validate(value) ? undefined : validate.errors?.[0];
}

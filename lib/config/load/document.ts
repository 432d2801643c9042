import { readFileSync } from 'node:fs';
import type { ErrorObject } from 'ajv';
import { WaterwallError } from '../../errors.ts';
import { nearest } from '../nearest.ts';
import { firstViolation, type SchemaName } from '../schema.ts';
import { invalid } from './invalid.ts';
import { parseYaml, type YamlFile, type YamlPath } from './yaml.ts';

/** A configuration file that its schema accepts; `value` has the shape that the schema fixes. */
export interface ConfigDocument<Raw> {
  readonly file: string;
  readonly value: Raw;
  readonly yaml: YamlFile;
  /** The error for a place of the file that the schema cannot judge. */
  reject(path: YamlPath, what: string, fix?: string): WaterwallError<'config-invalid'>;
}

/** Reads a file as UTF-8 text; undefined where there is none. */
export function readText(file: string): string | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new WaterwallError('io-error', `${file} cannot be read`, {
      fix: `see that the user who runs waterwall may read ${file}`,
      cause,
      details: { file },
    });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalid({ file, line: 1, column: 1 }, '', 'is not UTF-8 text');
  }
}

/**
 * Parses a configuration file and holds it against its schema.
 *
 * @throws WaterwallError `config-invalid`, naming line, column and key of the first mistake
 */
export function parseConfig<Raw>(
  schema: SchemaName,
  file: string,
  text: string,
): ConfigDocument<Raw> {
  const yaml = parseYaml(file, text);
  const violation = firstViolation(schema, yaml.value);
  if (violation) throw describe(yaml, violation, schema === 'known_secrets');
  return {
    file,
    value: yaml.value as Raw,
    yaml,
    reject: (path, what, fix) =>
      invalid({ file, ...yaml.position(path) }, keyName(path), what, fix),
  };
}

function describe(yaml: YamlFile, error: ErrorObject, secret: boolean): Error {
  const path: (string | number)[] = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const parent = error.parentSchema as { description?: string; properties?: object } | undefined;
  if (error.keyword === 'additionalProperties') {
    const name = String(error.params['additionalProperty']);
    const meant = nearest(name, Object.keys(parent?.properties ?? {}));
    const known = Object.keys(parent?.properties ?? {}).join(', ');
    const place = { file: yaml.file, ...yaml.position([...path, name]) };
    // Who confuses key and value writes a secret where a key belongs.
    const shown = secret && meant === undefined ? [] : [name];
    const hint = meant === undefined ? `known are ${known}` : `did you mean "${meant}"?`;
    return invalid(place, keyName([...path, ...shown]), `unknown key; ${hint}`);
  }
  const place = { file: yaml.file, ...yaml.position(path) };
  if (error.keyword === 'required') {
    return invalid(place, keyName(path), `"${error.params['missingProperty']}" is missing`);
  }
  return invalid(place, keyName(path), `must be ${expectation(error, parent?.description)}`);
}

function expectation(error: ErrorObject, description: string | undefined): string {
  const allowed = error.params['allowedValues'] as readonly unknown[] | undefined;
  if (allowed) return `one of ${allowed.join(', ')}`;
  const rule = (error.message ?? 'valid').replace(/^must (?:be )?/, '');
  if (description !== undefined && ['type', 'pattern', 'minLength'].includes(error.keyword)) {
    return error.keyword === 'type' ? `${rule} (${description})` : description;
  }
  return rule;
}

/** `hosts[2].port` */
export function keyName(path: YamlPath): string {
  return path.reduce<string>((name, step) => {
    if (/^\d+$/.test(String(step))) return `${name}[${step}]`;
    return name === '' ? String(step) : `${name}.${step}`;
  }, '');
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { describeSettings } from '../../lib/config/describe.ts';
import { packageRoot } from '../../lib/config/package-root.ts';
import { homesWith } from './fixture.ts';

const FOLDER = join(packageRoot(), 'share', 'schema');

/** As strict as the validator can be: misspelt keywords are errors. */
const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true });
for (const name of readdirSync(FOLDER)) {
  // One may refer to a part of another.
  ajv.addSchema(JSON.parse(readFileSync(join(FOLDER, name), 'utf8')), name);
}

function compile(name: string): ValidateFunction {
  const validate = ajv.getSchema(name);
  if (validate === undefined) throw new Error(`there is no ${name}`);
  return validate;
}

describe('share/schema', () => {
  it.each(readdirSync(FOLDER))('%s is a valid schema that says what it is for', (name) => {
    expect(name).toMatch(/^[a-z_-]+\.json$/);
    const { schema } = compile(name) as { schema: Record<string, unknown> };
    expect(schema['$id']).toBe(`https://waterwall.invalid/schema/${name}`);
    expect(schema['title']).toBeTypeOf('string');
    expect(schema['description']).toBeTypeOf('string');
  });

  it('takes what describes the settings', () => {
    const homes = homesWith({ 'config.yaml': 'kill_switch: false\n' });
    const validate = compile('cli-config.json');
    const { chosenBy: chosen_by, ...folders } = homes;
    validate({ homes: { ...folders, chosen_by }, settings: describeSettings(homes) });
    expect(validate.errors).toBeNull();
  });

  it('knows every setting that is described, and no other', () => {
    const schema = JSON.parse(readFileSync(join(FOLDER, 'config.json'), 'utf8'));
    const keys = Object.entries<{ properties?: object }>(schema.properties).flatMap(
      ([name, { properties }]) =>
        properties ? Object.keys(properties).map((below) => `${name}.${below}`) : [name],
    );
    const described = describeSettings(homesWith()).map(({ key }) => key);
    expect(described.sort()).toEqual(keys.sort());
  });
});

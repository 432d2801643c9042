import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { BUILT_IN_TYPES } from '../../lib/detect/patterns.ts';
import { builtInTypes, typeTable } from '../../lib/detect/type-list.ts';

it('the list of the documentation is that of the pattern file (npm run docs:types)', () => {
  const doc = readFileSync(new URL('../../docs/detection.md', import.meta.url), 'utf8');
  expect(doc).toContain(`<!-- types -->\n${typeTable()}\n<!-- /types -->`);
});

it('says of every type what it is and where it comes from', () => {
  const types = builtInTypes();
  expect(types.map(({ type }) => type)).toEqual(BUILT_IN_TYPES);
  for (const { type, what, source, forms } of types) {
    expect(what, type).not.toBe('');
    expect(source, type).not.toBe('');
    if (type !== 'PEM_BLOCK') expect(forms.length, type).toBeGreaterThan(0);
  }
});

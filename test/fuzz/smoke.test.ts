import { describe, expect, test } from 'vitest';
import { failureOf, fuzz } from './loop.ts';
import { TARGETS } from './targets/index.ts';
import { VECTORS } from './vectors.ts';

// A short run that is the same every time: so the targets of `npm run fuzz` do not rot. What the
// long one ever found is tried again.

const INPUTS = 24;

describe.each(TARGETS.map((target) => [target.name, target] as const))('%s', (name, target) => {
  test('holds for what is made from its seeds', async () => {
    const { finding } = await fuzz(target, {
      seed: 1,
      batch: INPUTS,
      more: (tried) => tried < target.seeds.length + INPUTS,
    });
    expect(
      finding && `${finding.error.message} ${finding.input.toString('latin1')}`,
    ).toBeUndefined();
  });

  const found = VECTORS.filter((vector) => vector.target === name);
  if (found.length === 0) return;
  test.each(found.map((vector) => [vector.what, vector] as const))(
    '%s',
    async (_what, { input }) => {
      expect(await failureOf(target, input)).toBeUndefined();
    },
  );
});

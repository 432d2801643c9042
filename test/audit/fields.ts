import fc from 'fast-check';
import type { LineFields } from '../../lib/audit/types.ts';

const RESERVED = ['seq', 'ts', 'line_type', 'prev_hash', 'frameworks'];

const text = fc.string({ unit: 'binary', maxLength: 20 });

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    text,
    fc.maxSafeInteger(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(text, fc.constantFrom('0', '10', '__proto__', 'toJSON')), tie('value'), {
      maxKeys: 4,
    }),
  ),
}));

/** Any fields that a line may have. */
export const anyFields: fc.Arbitrary<LineFields> = fc.dictionary(
  fc.stringMatching(/^[a-z][a-z0-9_]{0,10}$/).filter((name) => !RESERVED.includes(name)),
  value,
  { maxKeys: 5 },
);

import { expect, test } from 'vitest';
import {
  ESCAPE,
  FINGERPRINT_LENGTH,
  formatPlaceholder,
  MAX_BRACKETED_LENGTH,
  MAX_ESCAPES,
  MAX_TYPE_LENGTH,
} from '../../lib/vault/placeholder.ts';
import type { Fingerprint } from '../../lib/vault/types.ts';

const H = '0123456789abcdef' as Fingerprint;

test('writes the grammar', () => {
  expect(formatPlaceholder('AWS_KEY', H)).toBe('<pl:AWS_KEY:0123456789abcdef>');
});

test.each(['', 'a', 'A-B', 'A'.repeat(33), 'Ä'])('refuses the type %j', (type) => {
  expect(() => formatPlaceholder(type, H)).toThrow(RangeError);
});

test.each(['', '0123', '0123456789ABCDEF', `${H}0`])(
  'refuses the fingerprint %j',
  (fingerprint) => {
    expect(() => formatPlaceholder('A', fingerprint as Fingerprint)).toThrow(RangeError);
  },
);

test('the longest placeholder fits under three layers of JSON escaping', () => {
  const bracket = '\\\\\\\\\\\\\\\\u003c'.length;
  const inner = 'pl::'.length + MAX_ESCAPES * ESCAPE.length + MAX_TYPE_LENGTH + FINGERPRINT_LENGTH;
  expect(2 * bracket + inner).toBeLessThanOrEqual(MAX_BRACKETED_LENGTH);
});

import { describe, expect, it } from 'vitest';
import { createTokenizer } from '../../lib/vault/tokenizer.ts';

describe('createTokenizer', () => {
  it('gives the first 16 hex digits of HMAC-SHA256 (RFC 4231, test case 2)', () => {
    const fingerprint = createTokenizer(Buffer.from('Jefe'));
    expect(fingerprint(Buffer.from('what do ya want for nothing?'))).toBe('5bdcc146bf60754e');
  });

  it('does not follow later changes of the key it was given', () => {
    const key = Buffer.alloc(32, 1);
    const fingerprint = createTokenizer(key);
    const before = fingerprint(Buffer.from('text'));
    key.fill(0);
    expect(fingerprint(Buffer.from('text'))).toBe(before);
  });
});

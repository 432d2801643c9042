import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KERNELS } from '../../lib/vault/generated/kernel.ts';
import { createAuthenticator } from '../../lib/vault/hmac.ts';
import { compileKernel } from '../../lib/web-assembly.ts';

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
const codeOf = (key: Uint8Array, text: Uint8Array): string =>
  createAuthenticator(key)(text).toString('hex');
const nodes = (key: Uint8Array, text: Uint8Array): string =>
  createHmac('sha256', key).update(text).digest('hex');

describe('createAuthenticator', () => {
  // RFC 4231 §4, less case 5, whose code is cut off.
  it.each([
    [
      bytes('0b'.repeat(20)),
      Buffer.from('Hi There'),
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    ],
    [
      Buffer.from('Jefe'),
      Buffer.from('what do ya want for nothing?'),
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      bytes('aa'.repeat(20)),
      bytes('dd'.repeat(50)),
      '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
    ],
    [
      bytes('0102030405060708090a0b0c0d0e0f10111213141516171819'),
      bytes('cd'.repeat(50)),
      '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
    ],
    [
      bytes('aa'.repeat(131)),
      Buffer.from('Test Using Larger Than Block-Size Key - Hash Key First'),
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
    [
      bytes('aa'.repeat(131)),
      Buffer.from(
        'This is a test using a larger than block-size key and a larger than block-size data. ' +
          'The key needs to be hashed before being used by the HMAC algorithm.',
      ),
      '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
    ],
  ])('gives the codes of RFC 4231', (key, text, code) => {
    expect(codeOf(key, text)).toBe(code);
  });

  it('agrees with node:crypto on texts of every length around what it does itself', () => {
    const key = randomBytes(32);
    for (let length = 0; length < 400; length++) {
      const text = randomBytes(length);
      expect(codeOf(key, text)).toBe(nodes(key, text));
    }
  });

  it('agrees with node:crypto on any keys and texts, whichever key was used before', () => {
    const some = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(some, some, fc.array(some), (first, second, texts) => {
        const [one, other] = [createAuthenticator(first), createAuthenticator(second)];
        for (const text of texts) {
          expect(one(text).toString('hex')).toBe(nodes(first, text));
          expect(other(text).toString('hex')).toBe(nodes(second, text));
        }
      }),
    );
  });
});

describe('the kernel', () => {
  it('keeps nothing of a text or of a key that was taken', () => {
    const exports: unknown = compileKernel(KERNELS)();
    const { memory, TEXT, DIGEST, takeKey, authenticate } = exports as {
      memory: { buffer: ArrayBuffer };
      TEXT: { value: number };
      DIGEST: { value: number };
      takeKey(isOuter: number): void;
      authenticate(length: number): void;
    };
    const all = Buffer.from(memory.buffer);
    const before = Buffer.from(all);
    const withoutResults = (): Buffer => {
      const copy = Buffer.from(all);
      copy.fill(0, DIGEST.value, DIGEST.value + 32);
      return copy;
    };
    for (let length = 0; length <= 311; length++) {
      all.fill(0xa5, TEXT.value, TEXT.value + length);
      authenticate(length);
      expect(withoutResults().equals(before)).toBe(true);
    }
    all.fill(0xa5, TEXT.value, TEXT.value + 64);
    takeKey(0);
    expect(all.indexOf(Buffer.alloc(4, 0xa5))).toBe(-1);
    const words = [...all].filter((byte, i) => byte !== before[i] && byte !== 0).length;
    // The state, the last code, and nothing else.
    expect(words).toBeLessThanOrEqual(64);
  });
});

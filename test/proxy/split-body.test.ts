import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitBody } from '../../lib/proxy/split-body.ts';

describe('splitBody', () => {
  it('holds back the last byte that matters and all white space after it', () => {
    const { head, tail } = splitBody([
      Buffer.from('{"a":1'),
      Buffer.from('} \r\n'),
      Buffer.from('\t'),
    ]);
    expect(Buffer.concat(head).toString()).toBe('{"a":1');
    expect(Buffer.from(tail).toString()).toBe('} \r\n\t');
  });

  it('holds back a body of white space whole', () => {
    expect(splitBody([Buffer.from(' \n')])).toEqual({ head: [], tail: Buffer.from(' \n') });
  });

  it('has nothing to hold back of nothing', () => {
    const { head, tail } = splitBody([]);
    expect(head).toEqual([]);
    expect(tail).toHaveLength(0);
  });

  it('never changes, loses or reorders a byte, and never sends the last one that matters', () => {
    const part = fc.array(fc.constantFrom(0x20, 0x0a, 0x7d, 0x61), { maxLength: 6 });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
        const buffers = parts.map((bytes) => Buffer.from(bytes));
        const { head, tail } = splitBody(buffers);
        expect(Buffer.concat([...head, tail])).toEqual(Buffer.concat(buffers));
        const whole = Buffer.concat(buffers).toString();
        expect(tail.length).toBe(whole.length - Math.max(0, whole.trimEnd().length - 1));
      }),
    );
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { WaterwallError } from '../../lib/errors.ts';
import { describeFault } from '../../lib/ops/describe-fault.ts';

const SECRET = `ghp_${'0aB1'.repeat(9)}`;

function caught(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('a fault', () => {
  it('of ours is told with code, message and what to do', () => {
    const error = new WaterwallError('io-error', 'the disk is full', { fix: 'make room' });
    expect(describeFault(error)).toEqual({
      code: 'io-error',
      message: 'the disk is full',
      fix: 'make room',
    });
  });

  it('of the system is told with call and code', () => {
    const fault = describeFault(caught(() => readFileSync('/nowhere/at/all')));
    expect(fault).toMatchObject({ code: 'ENOENT', message: 'open failed (ENOENT)' });
  });

  const foreign: Readonly<Record<string, () => unknown>> = {
    'a parser that quotes its input': () => JSON.parse(`${SECRET}`),
    'an error with a message': () => {
      throw new TypeError(`cannot read ${SECRET}`);
    },
    'a message that looks like a frame': () => {
      throw new Error(`x\n    at ${SECRET} (file.js:1:2)\n    at ${SECRET}`);
    },
    'a thrown string': () => {
      throw SECRET;
    },
    'a name that is data': () => {
      throw Object.assign(new Error('x'), { name: SECRET, code: SECRET, syscall: SECRET });
    },
    'a code that is data': () => {
      throw Object.assign(new Error(SECRET), { code: 'ERR_X', syscall: SECRET });
    },
    'a message changed after the stack was made': () => {
      const error = new Error(SECRET);
      error.message = 'other';
      throw error;
    },
  };
  it.each(Object.entries(foreign))('never tells data: %s', (_name, act) => {
    const fault = describeFault(caught(act));
    expect(JSON.stringify(fault)).not.toContain(SECRET);
    expect(fault.message).not.toBe('');
  });

  it('that is foreign is told with its place', () => {
    const fault = describeFault(caught(() => JSON.parse('{')));
    expect(fault.message).toMatch(/^SyntaxError at JSON\.parse/);
    expect(fault.at?.join('\n')).toContain('describe-fault.test.ts');
  });
});

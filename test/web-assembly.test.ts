import { expect, test } from 'vitest';
import { KERNELS } from '../lib/vault/generated/kernel.ts';
import { compileKernel } from '../lib/web-assembly.ts';

const unknown = Buffer.from('made of instructions to come').toString('base64');

test('the first way that this version of Node knows is taken', () => {
  expect(compileKernel([unknown, ...KERNELS])()).toHaveProperty('memory');
  expect(() => compileKernel([...KERNELS, unknown])()).not.toThrow();
});

test('none that it knows is a fault', () => {
  expect(() => compileKernel([unknown])).toThrow(TypeError);
});

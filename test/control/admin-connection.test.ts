import { join } from 'node:path';
import { expect, test } from 'vitest';
import { asTyped } from '../../lib/control/admin-connection.ts';

const fault = (code: string): Error => Object.assign(new Error(code), { code });
const own = { run: '/home/u/.local/state/waterwall/run', chosenBy: 'user' } as const;
const service = { run: '/run/waterwall', chosenBy: 'system' } as const;
const socket = join(own.run, 'admin.sock');

test('who may not use the service of this machine is told so, and how to be let in', () => {
  const told = asTyped(fault('ENOENT'), own, socket, (folder) => folder !== '/run/waterwall');
  expect(told).toMatchObject({
    code: 'io-error',
    message: expect.stringContaining('this user may not use it'),
    fix: expect.stringContaining('sudo usermod -aG waterwall'),
  });
  expect(asTyped(fault('EACCES'), service, '/run/waterwall/admin.sock')).toMatchObject({
    code: 'io-error',
    message: '/run/waterwall/admin.sock is there, and this user may not open it',
    fix: expect.stringContaining('sudo usermod -aG waterwall'),
  });
});

test('where nobody listens, or the user has named a home of his own, it is not running', () => {
  for (const code of ['ENOENT', 'ECONNREFUSED', 'ENOTDIR']) {
    for (const mayEnter of [true, undefined]) {
      expect(asTyped(fault(code), own, socket, () => mayEnter).code).toBe('not-running');
    }
  }
  const named = { run: own.run, chosenBy: 'WATERWALL_HOME' } as const;
  expect(asTyped(fault('ENOENT'), named, socket, () => false).code).toBe('not-running');
  expect(asTyped(fault('EACCES'), named, socket).fix).toContain('as the user, or in the group');
});

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeNewFile } from '../../../lib/audit/evidence/new-file.ts';
import { tempFolder } from '../logs.ts';

const failing = (folder: string, code: string): Promise<number> =>
  writeNewFile(join(folder, 'bundle.tar.gz'), false, async () => {
    throw Object.assign(new Error(code), { code });
  });

test.each([
  ['ENOSPC', (folder: string) => `make room on the disk of ${folder}`],
  ['EDQUOT', (folder: string) => `make room on the disk of ${folder}`],
  ['EROFS', (folder: string) => `mount the file system of ${folder} for writing`],
  ['EACCES', () => 'name a file in a folder that is there, writable, and on a disk with room'],
])('%s: what mends it is said, and nothing is left', async (code, fix) => {
  const folder = tempFolder();
  await expect(failing(folder, code)).rejects.toMatchObject({
    code: 'io-error',
    message: expect.stringContaining(`cannot be written (${code})`),
    fix: fix(folder),
  });
  expect(readdirSync(folder)).toEqual([]);
});

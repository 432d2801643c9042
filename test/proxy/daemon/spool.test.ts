import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openSpool } from '../../../lib/proxy/daemon/spool.ts';

test('a folder that cannot be made says which, and what mends it', () => {
  const parent = mkdtempSync(join(tmpdir(), 'ww-spool-'));
  onTestFinished(() => rmSync(parent, { recursive: true }));
  const folder = join(parent, 'exports');
  const spool = openSpool(folder);
  writeFileSync(folder, '');
  expect(spool.reserve).toThrow(
    expect.objectContaining({
      code: 'io-error',
      message: `${folder} cannot be made (EEXIST)`,
      fix: expect.stringContaining(folder),
    }),
  );
});

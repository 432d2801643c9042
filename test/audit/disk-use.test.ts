import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { lookAtDisk } from '../../lib/audit/disk-use.ts';

test('a log is as large as its segments; what is not there is nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'waterwall-disk-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [chain, manifests, receipts] = ['chain', 'manifests', 'receipts'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  expect(await lookAtDisk({ chain, manifests, receipts })).toEqual({
    chain_bytes: 0,
    segments: 0,
    manifests: 0,
    receipts: 0,
  });
  for (const each of [chain, manifests]) mkdirSync(each);
  writeFileSync(join(chain, `${'0'.repeat(20)}.jsonl`), 'a'.repeat(1000));
  writeFileSync(join(chain, `${'0'.repeat(19)}9.jsonl`), 'b'.repeat(500));
  // What a segment is sealed with lies beside it.
  writeFileSync(join(chain, `${'0'.repeat(20)}.note`), 'c'.repeat(300));
  writeFileSync(join(manifests, 'one.dsse.json'), '{}');
  expect(await lookAtDisk({ chain, manifests, receipts })).toEqual({
    chain_bytes: 1500,
    segments: 2,
    manifests: 1,
    receipts: 0,
  });
  rmSync(chain, { recursive: true });
  writeFileSync(chain, 'a file where a folder should be');
  await expect(lookAtDisk({ chain, manifests, receipts })).rejects.toThrow('ENOTDIR');
});

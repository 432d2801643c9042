import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { verifyEvidence } from '../../lib/audit/evidence/verify.ts';
import { readPublicKeys } from '../../lib/audit/public-keys.ts';
import { openReceipt } from '../../lib/audit/receipt.ts';
import { exitCodeOf, verifyChain } from '../../lib/audit/verify.ts';
import { readVectors, VECTORS, type Vector } from './vectors.ts';

const keys = await readPublicKeys(join(VECTORS, 'signing.pub'));

async function verdict({ kind, path, known }: Vector): Promise<number> {
  if (kind === 'chain') return exitCodeOf(await verifyChain(path, { keys, known }));
  if (kind === 'bundle') return exitCodeOf(await verifyEvidence(path, keys));
  return 'fault' in openReceipt(readFileSync(path), keys.log) ? 1 : 0;
}

describe('each vector gets its verdict', () => {
  test.each(readVectors().map((one) => [one.name, one] as const))('%s', async (_, vector) => {
    expect(await verdict(vector), vector.why).toBe(vector.exit);
  });
});

test('the vectors are what their script makes', () => {
  const script = fileURLToPath(new URL('../../build/audit-vectors.mjs', import.meta.url));
  execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' });
});
